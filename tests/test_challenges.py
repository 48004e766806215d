"""The checkers of the challenges: starters are not started, right code passes, and every mistake fails where it should."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "tests" / "challenges"
NAMES = [path.stem.removeprefix("test_") for path in sorted(ROOM.glob("test_[0-9]*.py"))]
MATRIX = """
import json, sys
sys.path.insert(0, sys.argv[1])
from checking import Collector, run_here

results = run_here([sys.argv[2]], Collector(), "--quick", *(f"--work={file}" for file in sys.argv[3:]))
print(json.dumps([
    {
        "outcome": result.outcome,
        "first": result.first_unmet and result.first_unmet.test,
        "hint": (result.first_unmet and result.first_unmet.hints or [""])[0],
        "all": [criterion.problem + criterion.explained for criterion in result.criteria if not criterion.met],
    }
    for result in results
]))
"""


def files(room: str, name: str) -> list[Path]:
    return sorted((ROOM / room / name).glob("*.py"))


@pytest.fixture(scope="module", params=NAMES)
def checked(request: pytest.FixtureRequest) -> tuple[str, dict[Path, dict]]:
    """What a checker says of the starter, of every solution and of every mistake, all in one process."""
    name = request.param
    paths = [ROOM / "starters" / f"{name}.py", *files("solutions", name), *files("mistakes", name)]
    command = [sys.executable, "-c", MATRIX, str(ROOM), name, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert len(results) == len(paths)
    return name, dict(zip(paths, results, strict=True))


def test_there_is_a_challenge_for_each_of_the_first_lessons():
    assert [int(name[:2]) for name in NAMES] == list(range(1, len(NAMES) + 1))


def test_a_starter_is_not_started(checked):
    name, results = checked
    assert results[ROOM / "starters" / f"{name}.py"]["outcome"] == "not started"


def test_right_code_passes_however_it_is_written(checked):
    name, results = checked
    solutions = files("solutions", name)
    assert len(solutions) >= 3 and ROOM / "solutions" / name / "reference.py" in solutions
    wrong = {path.name: results[path] for path in solutions if results[path]["outcome"] != "solved"}
    assert not wrong, f"{name}: right code is refused: {wrong}"


def test_every_mistake_fails_where_it_should_with_the_hint_that_names_it(checked):
    name, results = checked
    mistakes = files("mistakes", name)
    assert len(mistakes) >= 6
    wrong = []
    for path in mistakes:
        source, result = path.read_text(encoding="utf-8"), results[path]
        fails, hint = (re.search(rf"^# {what}: (.+)$", source, re.M)[1] for what in ("fails", "hint"))
        if result["outcome"] != "not yet" or result["first"] != fails or hint.lower() not in result["hint"].lower():
            wrong.append(f"{path.name}: {result}")
    assert not wrong, "\n".join(wrong)


def test_no_checker_breaks(checked):
    _, results = checked
    for path, result in results.items():
        assert not any("checker itself" in problem for problem in result["all"]), f"{path.name}: {result['all']}"
