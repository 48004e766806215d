"""What TEACHING.md says is so: its plans add up with the README's minutes, its questions are in the lessons, its commands run."""

import ast
import re
import runpy
import shlex

import nbformat
import pytest

from set_up.environment import SIZE

from .challenges import misconceptions
from .challenges.engine import files
from .test_layout import ROOT, commands_in

TEACHING = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "lessons").glob("*.ipynb"))}
ITEM = re.compile(r"\b(read|challenge) (\d\d) \((\d+)\)", re.I)
MINUTES = re.compile(r"\((\d+)\)")


def minutes() -> dict[tuple[str, str], int]:
    """What the README's map says, by what is done and the lesson: ("read", "01")."""
    rows = re.findall(r"^\| (\d\d) \|.*\| (\d+) \+ (\d+) \|$", README, re.M)
    assert len(rows) == len(LESSONS)
    read = {("read", lesson): int(reading) for lesson, reading, _ in rows}
    return read | {("challenge", lesson): int(challenge) for lesson, _, challenge in rows}


def section(title: str) -> str:
    return TEACHING.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", text, re.M)]
    lines = [number for number, row in enumerate(found) if set(row[0]) <= set("-:") and row[0]]
    return [row for number, row in enumerate(found) if number not in lines and number + 1 not in lines]


def items(text: str) -> list[tuple[tuple[str, str], int]]:
    """What is done of the lessons in a row, and the minutes that the row gives it."""
    return [((what.lower(), lesson), int(time)) for what, lesson, time in ITEM.findall(text)]


def test_two_hours_are_two_hours():
    plan, clock = rows(section("Two hours")), 0
    for at, time, what, *_ in plan:
        assert at == f"{clock // 60}:{clock % 60:02}", what
        clock += int(time)
        if done := re.match(r"(Read|Challenge) (\d\d)\b", what):
            assert int(time) == minutes()[done[1].lower(), done[2]], what
    assert clock == 120 == int(re.search(r"^(\d+) minutes, lessons", section("Two hours"), re.M)[1])
    assert {what[-2:] for _, _, what, *_ in plan if re.fullmatch(r"Challenge \d\d", what)} == {"01", "02"}


def test_a_day_is_a_day():
    plan = rows(section("One day"))
    for time, what in plan:
        done = items(what)
        assert all(minutes()[each] == given for each, given in done), what
        assert not done or sum(given for _, given in done) == int(time), what
    assert (
        sum(int(time) for time, _ in plan)
        == 420
        == int(re.search(r"^(\d+) minutes, seven", section("One day"), re.M)[1])
    )
    done = [each for _, what in plan for each, _ in items(what)]
    assert sorted(done) == sorted((what, f"{n:02}") for n in range(1, 7) for what in ("read", "challenge"))


def test_four_weeks_hold_every_lesson_and_every_challenge_once():
    plan, text = rows(section("Four weeks")), section("Four weeks")
    each, sessions, in_class, at_home = map(
        int, re.search(r"of (\d+) minutes a week: (\d+) \D+(\d+) \D+(\d+)", text).groups()
    )
    assert len(plan) == sessions == 4 * 2
    for session, here, _ in plan:
        assert sum(map(int, MINUTES.findall(here))) == each, session
    assert sessions * each == in_class
    assert sum(int(time) for *_, home in plan for time in MINUTES.findall(home)) == at_home
    done = [found for row in plan for found in items(" ".join(row))]
    assert sorted(done) == sorted(minutes().items())


def test_the_questions_that_a_plan_names_are_in_its_lesson():
    named = []
    for _, _, what, _, learners in rows(section("Two hours")):
        for question in re.findall(r"\*([^*]+\?)\*", learners):
            lesson = re.search(r"Read (\d\d)", what)[1]
            assert f"### {question}" in LESSONS[lesson].read_text(encoding="utf-8"), question
            named.append(question)
    assert len(named) >= 9


@pytest.mark.parametrize("title", ["Objectives", "Discussion"])
def test_every_lesson_has_its_row(title):
    assert [row[0] for row in rows(section(title))] == list(LESSONS)


def test_what_of_python_has_to_be_known_is_first_used_where_it_is_said():
    first: dict[str, str] = {}
    for number, path in LESSONS.items():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                tree = compile(cell.source, "", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                for node in ast.walk(tree):
                    first.setdefault(type(node).__name__, number)
    assert "Try, f-strings and slices are met in lessons 01 to 03" in TEACHING
    assert {first[name] for name in ("Try", "JoinedStr", "Slice")} <= {"01", "02", "03"}
    assert "classes begin in lesson 07, `with` and generators in 08" in TEACHING
    assert (first["ClassDef"], first["With"], first["Yield"]) == ("07", "08", "08")


def test_what_is_named_is_there():
    for name in re.findall(r"\]\(([^)#]+)[^)]*\)", TEACHING):
        assert (ROOT / name).exists(), name
    titles = re.findall(r"^## (.+)$", TEACHING, re.M)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEACHING)) <= anchors
    assert "(TEACHING.md)" in README
    megabytes = re.search(r"about (\d+) MB", SIZE)[1]
    assert f"about {megabytes} MB once" in TEACHING


def test_it_is_short_enough_to_be_read_before_a_class():
    assert len(TEACHING.split()) < 3_000
    assert TEACHING.index("## Two hours") < 2_500, "found within a minute"


# The misconceptions


def test_every_known_mistake_is_in_the_list_and_nothing_else():
    page = misconceptions.PAGE.read_text(encoding="utf-8")
    above, mark, below = page.partition(misconceptions.LIST)
    assert mark + below == misconceptions.listed(), "Write it anew: python -m tests.challenges.misconceptions"
    there = {path.relative_to(files.CHALLENGES).as_posix() for name in files.names() for path in files.mistakes(name)}
    linked = re.findall(r"\((\d\d_\S+/mistakes/\w+\.py)\)", below)
    assert sorted(linked) == sorted(there)
    assert set(re.findall(r"\((\d\d_\S+/mistakes/\w+\.py)\)", above)) < there


def test_a_misconception_is_a_plain_sentence_and_its_criterion_one_of_its_checker():
    for name in files.names():
        for each in misconceptions.misconceptions_of(name):
            assert each.criterion and each.says[0].isupper() and each.says.endswith("."), each
            assert len(each.says.split()) <= 32, each


def test_those_that_are_told_have_a_conversation_each_and_the_shortest_list_names_some_of_them():
    above = misconceptions.PAGE.read_text(encoding="utf-8").partition(misconceptions.LIST)[0]
    told = re.findall(r"^### (\".+?\")", above, re.M)
    assert len(told) == len(misconceptions.told()) == 13 and "tells thirteen" in TEACHING
    assert {says for says, _, lesson in rows(section("Misconceptions")) if lesson in LESSONS} < set(told)


# Its commands


def test_every_command_is_one_of_the_workbook():
    named = commands_in(TEACHING) | commands_in(misconceptions.PAGE.read_text(encoding="utf-8"))
    assert {"class", "next", "start", "reset", "export", "site"} <= named
    commands = runpy.run_path(str(ROOT / "workbook.py"))["COMMANDS"]
    assert named <= commands.keys()


def test_the_slides_are_made_as_it_says_and_load_reveal_js_alone(tmp_path, monkeypatch):
    from nbconvert.nbconvertapp import NbConvertApp, exporters  # takes seconds to import

    online, offline = re.findall(r"^\.venv/bin/jupyter nbconvert (.+)$", section("On the projector"), re.M)
    assert set(online.split()) == {word for word in offline.split() if "reveal_url_prefix" not in word}
    monkeypatch.chdir(ROOT)
    app = NbConvertApp(log_level="ERROR")
    app.initialize(shlex.split(offline))
    assert app.writer.build_directory == "slides"
    app.writer.build_directory = str(tmp_path)
    app.start()
    [page] = tmp_path.glob("*.html")
    assert {path.name for path in (tmp_path / "images").iterdir()} >= {"tool_turn.svg", "cost_of_memory.svg"}
    assert f"`slides/{page.name}`" in TEACHING
    text = page.read_text(encoding="utf-8")
    pictures = re.findall(r"<img alt=\"([^\"]*)\" src=\"data:image/svg", text)
    assert len(pictures) == 3 and all("prompt tokens" in words for words in pictures), pictures
    loaded = re.findall(r"<(?:script|link|img)[^>]*\b(?:src|href)=\"(?!data:)([^\"]*)\"", text)
    assert len(loaded) >= 4 and all(place.startswith("node_modules/reveal.js/") for place in loaded), loaded
    assert len(re.findall(r"<details><summary>[^<]+</summary>\s*<p>.+?</p>\s*</details>", text, re.S)) == 6, "folded"
    assert text.count('class="fragment"') > 8 and "check(1)" not in text
    assert exporters.SlidesExporter().reveal_url_prefix.endswith("/reveal.js@4.0.2")
    assert "npm install --prefix slides reveal.js@4.0.2" in section("On the projector")
