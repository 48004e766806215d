"""What is made of a class's results: misconceptions, tables, hints; the container's command, and the edition for learners."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .challenges.classroom import (
    container,
    hints_read,
    naming,
    record,
    signatures,
    student_edition,
    table,
    workbook_copy,
)
from .challenges.engine import files
from .challenges.engine.results import Criterion, Result

# The misconception


def test_what_is_kept_of_the_mistakes_is_current():
    known, otherwise = naming.known(), []
    for name in files.names():
        assert set(known[name]) == {path.stem for path in files.mistakes(name)}, f"signatures {name[:2]} is to be run"
        for path in files.mistakes(name):
            one, source = known[name][path.stem], path.read_text(encoding="utf-8")
            fails, hint = (re.search(rf"^# {what}: (.+)$", source, re.M)[1] for what in ("fails", "hint"))
            first = next(iter(one["said"]))
            assert one["says"] == signatures.says(path), f"signatures {name[:2]} is to be run"
            if first != fails or hint.lower() not in one["said"][first][1].lower():
                otherwise.append(f"{name}: {path.stem}")  # with all conversations, another one breaks it first
    assert len(otherwise) < 15, f"signatures is to be run: {otherwise}"


def test_each_mistake_is_known_by_what_is_said_of_it():
    unnamed = 0
    for name, mistakes in naming.known().items():
        for mistake, one in mistakes.items():
            found = naming.best(one["said"], mistakes)
            assert found is None or found.name == mistake, f"{name}: {mistake} is called {found.name}"
            unnamed += found is None
    assert unnamed < 15, "so many are not told apart"


def test_where_a_mistake_is_not_known_another_is_seldom_named():
    wrong = right = 0
    for mistakes in naming.known().values():
        for mistake, one in mistakes.items():
            others = {name: other for name, other in mistakes.items() if name != mistake}
            found = naming.best(one["said"], others)
            wrong, right = wrong + (found is not None), right + (found is None)
    assert wrong < 0.1 * (wrong + right), f"{wrong} of {wrong + right}"


def result(*unmet: tuple[str, str, str]) -> Result:
    criteria = [Criterion("test_met", "It is met", met=True, judged=True)]
    for test, problem, hint in unmet:
        criteria.append(Criterion(test, test, judged=True, problem=problem, explained=problem, hints=[hint]))
    return Result(4, "04_sliding_window", criteria)


def known(**mistakes: Result) -> dict:
    return {name: {"says": name, "said": naming.signature_of(one)} for name, one in mistakes.items()}


def test_a_name_is_given_where_one_is_near_and_no_other():
    one = result(("test_a", "3 turns came back.", "How do you count?"), ("test_b", "It raised ValueError.", "Why?"))
    other_numbers = result(
        ("test_a", "5 turns came back.", "How do you count?"), ("test_b", "It raised ValueError.", "Why?")
    )
    far = result(("test_c", "Nothing came back.", "Is there a return?"))
    assert naming.best(naming.signature_of(one), known(one=one, far=far)).name == "one"
    assert naming.best(naming.signature_of(one), known(one=one, two=one, far=far)) is None, "two are as near"
    assert naming.best(naming.signature_of(far), known(one=one)) is None
    assert naming.best({}, known(one=one)) is None
    assert 0.7 < naming.alike(naming.signature_of(one), naming.signature_of(other_numbers)) < 1


def test_lines_of_code_and_quotations_do_not_count():
    first = "f stops with an error when it runs, in line 3 (return x[0]). The fact 'Ana' is gone."
    second = "f stops with an error when it runs, in line 14 (return rows[-1]). The fact 'Bob' is gone."
    assert naming.words_of(first) == naming.words_of(second) != naming.words_of("f returns None.")


# Tables

ODD = {
    "learner": '=HYPERLINK("x"), 王小明 🐼',
    "commit": None,
    "notes": ["two files\x1b[31m"],
    "challenges": [
        {
            **record.of(
                result(("test_a", "- said\n@once", "Why?")), {}, "2026-03-01T10:00:00", {"workbook": "0a1b2c3d"}
            ),
            "file": "work/04.py",
            "look_at": ["imports pytest, line 1"],
        }
    ],
}


def test_a_spreadsheet_takes_no_cell_for_a_formula():
    text = table.as_csv([ODD])
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row["learner"] == '\'=HYPERLINK("x"), 王小明 🐼' and row["problem"] == "'- said @once"
    assert tuple(row) == table.COLUMNS and not any(cell[:1] in "=+-@\t\r" for cell in row.values() if cell)
    for cell in ("=1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"):
        assert table.safe(cell).startswith("'")
    assert [table.safe(cell) for cell in ("a=1", 3, None, '王, "x"')] == ["a=1", 3, None, '王, "x"']


def test_a_terminal_shows_columns_under_each_other_and_no_signs_of_control():
    plain = ODD | {"learner": "bob", "notes": []}
    lines = table.as_text([ODD, plain], ["04_sliding_window"]).splitlines()
    assert [table.columns(line[: line.index("✗")]) for line in lines[1:3]] == [
        table.columns(lines[0][: lines[0].index("04")]) + 1
    ] * 2
    assert "\x1b" not in "\n".join(lines) and any("imports pytest" in line for line in lines)


# Hints and give-ups


def test_hints_are_counted_by_criterion_and_old_files_are_read():
    entry = None
    for key, number in (("start", 1), ("start", 2), ("start", 2), ("test_a", 2)):
        entry = hints_read.note_hint(entry, key, number)
    entry = hints_read.note_hint(hints_read.note_giving_up(entry), "test_b", 2)
    told = hints_read.told_of(json.loads(json.dumps({"04": entry})), "04")
    assert told["hints"] == 4 and told["hints_by_criterion"]["start"] == [1, 2] and told["gave_up"][:2] == "20"
    assert (entry["for"], entry["shown"]) == ("test_b", 2), "as the desk of before reads it"
    for old, count in (({"for": "start", "shown": 2}, 2), ({"for": "test_a", "shown": 2}, 1)):
        assert hints_read.told_of({"04": old}, "04")["hints"] == count


@pytest.mark.parametrize(
    "odd", [None, [], {"04": []}, {"04": {"asked": {"x": "y"}, "gave_up": 3}}, {"04": {"for": 1, "shown": -1}}]
)
def test_a_record_of_hints_that_makes_no_sense_counts_none(odd):
    told = hints_read.told_of(odd, "04")
    assert told["hints"] == 0 and told["gave_up"] is None and not any(told["hints_by_criterion"].values())


# The container


def test_in_a_container_there_is_no_network_and_nothing_to_write_but_the_tables(tmp_path, monkeypatch, capsys):
    asked = []
    (tmp_path / "docker").write_text("", encoding="utf-8")

    def called(command: list[str], **_: object) -> int:
        asked.append(command)
        return 1 if command[1] == "image" else 0

    monkeypatch.setattr(container.shutil, "which", lambda name: name if name == "docker" else None)
    monkeypatch.setattr(container.subprocess, "call", called)
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    place, target = tmp_path / "my class", tmp_path / "results"
    place.mkdir()
    assert container.run(place, target, [4, 5]) == 0
    inspect, build, run = asked
    assert inspect[:3] == ["docker", "image", "inspect"] and build[:2] == ["docker", "build"]
    said = " ".join(run)
    for part in (
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "--memory 4g",
        "--pids-limit 512",
        "no-new-privileges",
    ):
        assert part in said
    mounts = [run[number + 1] for number, part in enumerate(run) if part == "--mount"]
    assert [mount.endswith(",readonly") for mount in mounts] == [True, True, False]
    assert mounts[2] == f"type=bind,source={target},target=/results" and "key" not in said
    assert said.endswith("/class/my class --to /results --yes --inside --only 4 5")


def test_without_docker_and_podman_it_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(container.shutil, "which", lambda name: None)
    assert container.run(tmp_path, tmp_path / "results", None) == 2
    assert "neither docker nor podman" in capsys.readouterr().err


# The edition for learners


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edition") / "student"
    assert student_edition.main(["--student", "--to", str(folder)]) == 0
    return folder


def test_the_edition_for_learners_has_no_solutions_and_no_mistakes(edition):
    names = {path.relative_to(edition).as_posix() for path in edition.rglob("*")}
    assert not [
        name
        for name in names
        if re.search(r"solutions|mistakes|misconception|signatures|TEACHING|\.env$|__pycache__", name)
    ]
    texts = {path: path.read_text(encoding="utf-8") for path in edition.rglob("*.py")}
    for name in files.names():
        assert (edition / "work" / f"{name}.py").read_bytes() == files.starter(name).read_bytes()
        for solution in files.solutions(name):
            assert solution.read_text(encoding="utf-8") not in texts.values()
    assert {"README.md", "workbook.py", "lessons/01_stateless_calls.ipynb", "examples/01_stateless_calls.py"} <= names


def test_its_readme_leads_nowhere_that_is_not_there(edition):
    text = (edition / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert links and all((edition / link.split("#")[0]).exists() for link in links)


def test_its_zip_file_suits_every_system(edition):
    with zipfile.ZipFile(edition.with_name("student.zip")) as archive:
        names = archive.namelist()
    assert f"{student_edition.NAME}/workbook.py" in names and len(names) == len({name.lower() for name in names})
    assert all(len(name) < 120 and not re.search(r'[\\:*?"<>|]', name) and not name.startswith("/") for name in names)


def test_its_commands_work_and_a_solution_is_kindly_refused(edition):
    variables = {"PYTHONPATH": str(edition), "PYTHONIOENCODING": "utf-8"}

    def desk(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(edition / "tests" / "challenges" / "desk.py"), *arguments]
        return subprocess.run(command, env=os.environ | variables, capture_output=True, encoding="utf-8", timeout=120)

    assert "hint 1 of 2" in desk("hint", "4").stdout
    refused = desk("solution", "4", "--give-up")
    assert refused.returncode == 1 and "has no solutions" in refused.stdout
    help_text = subprocess.run(
        [sys.executable, str(edition / "workbook.py")], capture_output=True, encoding="utf-8", timeout=60
    ).stdout
    assert (
        "workbook.py check" in help_text
        and "workbook.py class" not in help_text
        and "workbook.py bench" not in help_text
    )
    told_by_json = json.loads(desk("check", "4", "--json").stdout)[0]
    assert (told_by_json["hints"], told_by_json["misconception"]) == (1, None)
    assert told_by_json["version"]["workbook"] == workbook_copy.fingerprint("04_sliding_window"), "as here"


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert student_edition.main(["--student", "--to", str(tmp_path)]) == 2
    assert "holds something else" in capsys.readouterr().err and (tmp_path / "mine.txt").is_file()


# Versions


def test_the_commit_of_a_clone_is_read_from_its_files(tmp_path):
    commit = "0123456789abcdef" * 2 + "01234567"
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    assert workbook_copy.commit_of(tmp_path) is None
    (git / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n", encoding="utf-8")
    assert workbook_copy.commit_of(tmp_path) == commit[:8]
    (git / "HEAD").write_text(f"{commit}\n", encoding="utf-8")
    assert workbook_copy.commit_of(tmp_path) == commit[:8]
