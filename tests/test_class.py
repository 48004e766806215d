"""The command class: a small class in which everything goes wrong, and code that was written to get out, or to deceive."""

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest

from .challenges.classroom import __main__ as command
from .challenges.classroom import marking, report, table
from .challenges.engine import files
from .challenges.engine.results import NOT_YET, SOLVED, criteria_of

NAME, TURNS = "03_token_counting", "04_sliding_window"
KEY = "sk-" + "made-up"  # in the environment of the teacher
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems have fewer fences")
ATTACKS = {  # what code does when it is read: what is said of it; the first is the first file of a lane
    "import sys\nframe = sys._getframe()\nwhile frame:\n    for value in [*frame.f_locals.values()]:\n"
    "        if isinstance(value, dict) and 'right' in value or isinstance(value, str) and '\"right\":' in value:\n"
    "            raise ValueError('the right code is here')\n    frame = frame.f_back": "has no count_tokens",
    "memory = bytearray(20 << 30)": "uses up the memory",
    "import os\nwhile True:\n    os.fork()": "start so many processes",
    "import os\nfor number in range(10**9):\n    open(f'{number}.txt', 'w').close()": "did not end within|more files",
    "open('large', 'wb').write(bytes(100 << 20))": "OSError|File too large",
    "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)": "end another process",
    "import subprocess\nsubprocess.run(['kill', '-9', '1'])": "use subprocess",
    "import socket\nsocket.create_connection(('127.0.0.1', 9))": "use socket",
    "import ctypes\nctypes.CDLL(None).kill(1, 0)": "use ctypes",
    "open({secret!r}).read()": "read outside of its own folder",
    "import os\nos.listdir({folder!r})": "read outside of its own folder",
    "open({written!r}, 'w')": "write outside of its own folder",
    "open('/proc/' + str(__import__('os').getppid()) + '/environ').read()": "another process",
    "import os\nfolder = os.open('/proc', os.O_RDONLY)\n"
    "os.open(f'{os.getppid()}/environ', os.O_RDONLY, dir_fd=folder)": "reach outside of its own folder",
    "import os\nos.makedirs('a/b/c')\nos.chdir('a/b/c')\nfolder = os.open(os.environ['HOME'], os.O_RDONLY)\n"
    "os.open('../../etc', os.O_RDONLY, dir_fd=folder)": "reach outside of its own folder",
    "import socket\nsocket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')": "outside of its own folder",
    "import os\nraise ValueError('key ' + str(os.environ.get('OPENAI_API_KEY')) + os.environ['HOME'])": "key None",
    "import pytest\nfrom tests.challenges.engine.criteria import Scene\n"
    "Scene.expect = lambda *given, **named: None\n"
    "def count_tokens(messages):\n    return 3\n": "changed the checker",
    "import gc, types\ngc.disable()\ngc.unfreeze()\n"
    "for one in gc.get_objects():\n"
    "    if type(one) is types.FunctionType and one.__code__.co_filename.endswith('right.py'):\n"
    "        raise ValueError('the right code is here')": "has no count_tokens",
    "open('/proc/self/mem', 'rb')": "read what is in the memory",
    "import sys\nframe, teller = sys._getframe(), None\nwhile frame:\n    for value in [*frame.f_locals.values()]:\n"
    "        teller = value if type(value).__name__ == 'Teller' else teller\n    frame = frame.f_back\n"
    "note = type(teller).note\ndef met(self, criterion):\n    criterion.met = criterion.judged = True\n"
    "    criterion.problem = criterion.explained = ''\n    return note(self, criterion)\ntype(teller).note = met\n"
    "def count_tokens(messages):\n    return 3\n": "changed the checker",
    "import json, os, signal\nfake = {fake!r}\n"
    "for pipe in range(3, 30):\n"
    "    try:\n        os.write(pipe, fake.encode())\n    except OSError:\n        pass\n"
    "os.kill(os.getpid(), signal.SIGKILL)\n": "ended the whole program|changed the checker",
    "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        time.sleep(600)\n"
    "    os.abort()\n1 / 0": "ZeroDivisionError",
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, marking.Job]:
    """What came of each attack, and of right code that was checked with them."""
    folder = tmp_path_factory.mktemp("another learner")
    secret = folder / "solution.py"
    secret.write_text("secret = 1\n", encoding="utf-8")
    fake = [json.dumps(one) for one in all_met(NAME)] + [json.dumps({"end": True, "control": ["test_x", "hint"]})]
    filled = {
        "secret": str(secret),
        "folder": str(folder),
        "written": str(folder / "written"),
        "fake": "\n".join(fake) + "\n",
    }
    jobs = {}
    for attack in ATTACKS:
        source = attack
        for name, value in filled.items():
            source = source.replace(f"{{{name}!r}}", repr(value))
        jobs[attack] = marking.Job(NAME, f"{source}\n".encode())
    jobs["right"] = marking.Job(NAME, files.reference(NAME).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        marking.mark([*jobs.values()], lambda job: None)
    assert [path.name for path in folder.iterdir()] == ["solution.py"]
    return jobs


def all_met(name: str) -> list[dict]:
    return [{"test": test, "text": test, "met": True, "judged": True} for test in criteria_of(name)]


@LINUX
@pytest.mark.parametrize("attack", ATTACKS)
def test_code_that_gets_out_or_deceives_is_held_and_named(attacked, attack):
    result = attacked[attack].result
    assert result.outcome == NOT_YET
    said = " ".join(result.first_unmet.problem.split()) + " ".join(result.first_unmet.explained.split())
    assert re.search(ATTACKS[attack], said), said
    assert KEY not in said


def test_right_code_is_solved_beside_them(attacked):
    assert attacked["right"].result.outcome == SOLVED


@LINUX
def test_nothing_that_an_attack_has_started_is_left(attacked):
    left = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if b"class-" in place.read_bytes() and b"WORKBOOK_ROOM" in place.read_bytes():
                left.append(place)
        except OSError:
            continue
    assert left == []


# A class


@pytest.fixture(scope="module")
def lesson_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work of four learners, each handed in another way."""
    place = tmp_path_factory.mktemp("class") / "monday"
    ana, wang, bob = place / "Ana Pérez_1234_assignsubmission_file_" / "work", place / '=1+1, "王" 🐼', place / "bob"
    for folder in (ana, wang, bob):
        folder.mkdir(parents=True)
    (ana / f"{NAME}.py").write_bytes(files.reference(NAME).read_bytes())
    (ana / ".hints.json").write_text('{"03_token_counting": {"for": "start", "shown": 2}}', encoding="utf-8")
    (wang / f"{NAME}.py").write_bytes(files.starter(NAME).read_bytes().replace(b"\n", b"\r\n"))
    (bob / f"{NAME}.py").write_bytes((files.CHALLENGES / NAME / "mistakes" / "words.py").read_bytes())
    (bob / f"{TURNS}.py").write_text("def sliding_window(", encoding="utf-8")
    (bob / "01_stateless_calls.py").write_bytes(b"")
    (bob / "02_chat_loop.py").write_bytes(b"\0\1\2")
    with (bob / "05_token_budget.py").open("wb") as large:
        large.truncate(50 << 20)
    return place


def run(place: Path, *more: str) -> int:
    return command.main([str(place), "--only", "1", "2", "3", "4", "5", "--yes", *more])


@pytest.fixture(scope="module")
def said(lesson_class: Path) -> tuple[int, list[dict], list[dict]]:
    """The exit code, the JSON and the rows of the CSV."""
    code = run(lesson_class)
    target = lesson_class.with_name("monday-results")
    with (target / report.CSV).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return code, json.loads((target / report.JSON).read_text(encoding="utf-8")), rows


def of(told: list[dict], learner: str, name: str) -> dict:
    challenges = next(one["challenges"] for one in told if one["learner"] == learner)
    return next(one for one in challenges if one["name"] == name)


def test_each_learner_has_a_row_for_each_challenge(said):
    code, told, rows = said
    assert code == 1, "some files could not be checked"
    assert [one["learner"] for one in told] == ['=1+1, "王" 🐼', "Ana Pérez", "bob"]
    assert len(rows) == 15 and rows[0]["learner"] == '\'=1+1, "王" 🐼'
    assert of(told, "Ana Pérez", NAME)["outcome"] == SOLVED
    assert of(told, '=1+1, "王" 🐼', NAME)["outcome"] == "not started", "line ends are no work"
    assert of(told, "Ana Pérez", TURNS)["outcome"] == table.MISSING


def test_what_cannot_be_checked_has_a_sentence(said):
    told = said[1]
    for name, words in {
        "01_stateless_calls": "is empty",
        "02_chat_loop": "no text",
        "05_token_budget": "50 MB",
        TURNS: "Python cannot read line 1",
    }.items():
        assert words in of(told, "bob", name)["problem"]


def test_hints_misconceptions_dates_and_versions_are_told(said):
    told = said[1]
    ana, bob = of(told, "Ana Pérez", NAME), of(told, "bob", NAME)
    assert (ana["hints"], ana["gave_up"]) == (2, None)
    assert bob["misconception"]["name"] == "words" and bob["hint"] and bob["problem"]
    assert ana["when"][:2] == "20" and len(ana["version"]["workbook"]) == 8
    open_criteria = [one["criterion"] for one in bob["criteria"] if not one["met"]]
    assert next(row for row in said[2] if row["learner"] == "bob" and row["challenge"] == NAME)[
        "open criteria"
    ] == "; ".join(open_criteria)


def test_a_second_run_checks_only_what_has_changed(said, lesson_class, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(marking, "mark", lambda jobs, told: asked.extend(job.name for job in jobs))
    run(lesson_class)
    assert asked == [] and "0 to check" in capsys.readouterr().out
    (lesson_class / "bob" / f"{TURNS}.py").write_text("x = 1\n", encoding="utf-8")
    run(lesson_class)
    assert asked == [TURNS]


def test_what_is_checked_before_ctrl_c_is_kept(lesson_class, tmp_path, monkeypatch, capsys):
    def stopped(jobs: list[marking.Job], told: command.report.Tell) -> None:
        jobs[0].result = marking.result_of(jobs[0].name, {})
        told(jobs[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(marking, "mark", stopped)
    assert run(lesson_class, "--to", str(tmp_path)) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert len(json.loads((tmp_path / report.KEPT).read_text(encoding="utf-8"))) == 1
    assert "not come to" in (tmp_path / report.CSV).read_text(encoding="utf-8-sig")


def test_nobodys_code_runs_without_a_yes(lesson_class, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(marking, "mark", lambda *given: pytest.fail("their code was run"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert command.main([str(lesson_class), "--to", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "their code is run" in said.out and "--yes" in said.err


def test_the_originals_are_not_changed(said, lesson_class):
    assert sorted(path.name for path in (lesson_class / "bob").iterdir()) == sorted(
        [f"{name}.py" for name in ("01_stateless_calls", "02_chat_loop", NAME, TURNS, "05_token_budget")]
    )
