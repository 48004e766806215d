"""The parts of a lesson, and their order."""

import ast
import re
from collections.abc import Iterator

from ..notebook import FOLDED, HEADING, Lesson, call_name, text_of
from .rule import check

ENDING = ["Recap", "Check yourself", "Your turn", "Next"]
CHARTS = {"line_chart", "chart"}
GUESS = "Write your guess down, then open"


@check
def the_title_says_what_when_and_after_what(lesson: Lesson) -> Iterator[str]:
    if not re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*\.ipynb", lesson.path.name):
        yield "its file is not named like 04_sliding_window.ipynb. Rename it, and its example."
        return
    number, first = lesson.path.name[:2], lesson.cells[0]
    if first.is_code or not re.match(rf"# {number} · \S", first.source):
        yield f"{first} does not begin with its title. Begin it with: # {number} · and the title."
    if len([1 for cell in lesson.cells for level, _ in cell.headings if level == 1]) != 1:
        yield "it has more or fewer than one heading of level 1. The title is the only one: use ## and ###."
    for words, pattern in {
        "**You will be able to** …": r"\*\*You will be able to\*\* \w",
        "*Reading: 15 minutes. The challenge at the end: about 20.*": r"Reading: [1-9]\d? minutes\b[^*]*"
        r"challenge[^.]*: about [1-9]\d?\b",
        "**You need:** …": r"\*\*You need:\*\* \S",
    }.items():
        if not re.search(pattern, first.source):
            yield f"{first} lacks a line. Add: {words}"


@check
def the_set_up_comes_first(lesson: Lesson) -> Iterator[str]:
    first = lesson.sections[0][0] if lesson.sections else "nothing"
    if first != "Set-up":
        yield f"the first section is {first}. Begin with ## Set-up."
    if not lesson.code or not lesson.section("Set-up") or lesson.code[0] not in lesson.section("Set-up"):
        yield "the first code cell is not in the set-up. Put the imports and the client there."
    elif not any(
        isinstance(node, ast.Call) and call_name(node) == "get_client" for node in ast.walk(lesson.code[0].tree)
    ):
        yield f"{lesson.code[0]} makes no client. Add: client = get_client()"


@check
def every_prediction_is_answered_and_run(lesson: Lesson) -> Iterator[str]:
    """A prediction is a question under a heading of its own, its answer folded, and a cell right below that shows it."""
    predictions = [cell for cell in lesson.cells if GUESS in cell.source]
    if not predictions:
        yield f"nothing is predicted. Put ### and a question, and its answer folded under {GUESS!r}, before a code cell."
    for cell in predictions:
        above, _, folded = cell.source.partition("<details>")
        heading = [*HEADING.finditer(above)][-1:]
        if cell.source.count(GUESS) != 1 or len(FOLDED.findall("<details>" + folded)) != 1:
            yield f"{cell} has no folded answer, or several. Add one: <details><summary>{GUESS}</summary>"
        if not heading or heading[0][1] != "###" or not heading[0][2].endswith("?"):
            yield f"{cell}: a prediction has a heading of its own that asks. Write ### and a question."
        elif not above[heading[0].end() :].strip():
            yield f"{cell} asks nothing. Put what there is to know between the heading and the folded answer."
        if not (following := lesson.after(cell)) or not following.is_code:
            yield f"{cell} is not followed by a code cell. Put the cell that shows the answer right below."


@check
def headings_make_a_table_of_contents(lesson: Lesson) -> Iterator[str]:
    titles = [title for cell in lesson.cells for _, title in cell.headings]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"{titles.count(title)} headings are called {title!r}. Let each say what stands under it."
    for title in titles:
        if re.fullmatch(r"(?i)predict(ions?)?\W*", title):
            yield f"a heading is {title!r}. Ask the question itself: ### Which of the two knows the dog?"


@check
def a_heading_begins_its_cell(lesson: Lesson) -> Iterator[str]:
    """So that a slide begins with it, and JupyterLab can fold what stands below. A question may stand below its section's."""
    for cell in lesson.cells:
        found = [*HEADING.finditer(cell.prose)]
        for heading in found[1:] if found and not cell.prose[: found[0].start()].strip() else found:
            if len(heading[1]) < 3 or heading is found[0]:
                yield f"{cell} goes on to the heading {heading[2]!r}. Let that begin a cell of its own."


@check
def charts_are_said_in_words(lesson: Lesson) -> Iterator[str]:
    """JupyterLab gives a picture no alternative text: words below a chart. And no page is too dark for one of ours."""
    for cell in lesson.code:
        if any("image/png" in out.get("data", {}) for out in cell.outputs):
            yield f"{cell} draws a picture that not everybody sees, as on a dark page. Draw it with line_chart."
        draws = any(isinstance(node, ast.Call) and call_name(node) in CHARTS for node in ast.walk(cell.tree))
        following = lesson.after(cell)
        if draws and not (following and following.source.startswith("**The chart in words:** ")):
            yield f"{cell} draws a chart, which not everybody sees. Begin the next cell with: **The chart in words:** …"


@check
def folded_answers_are_folded_and_closed(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        folded = FOLDED.findall(cell.prose)
        if not len(folded) == len(re.findall(r"<details\b", cell.prose)) == cell.prose.count("</details>"):
            yield f"{cell} has a <details> that is open, nested, without a <summary>, or not closed."
        for summary, answer in folded:
            if not summary.strip() or not answer.strip():
                yield f"{cell} folds an empty answer. Write one."
            elif not answer.startswith("\n\n"):
                yield f"{cell}: Jupyter shows the folded answer as raw text. Put an empty line after </summary>."


@check
def a_failure_is_kept_and_then_bettered(lesson: Lesson) -> Iterator[str]:
    kept = [cell for cell in lesson.cells if "kept-failure" in cell.tags]
    recap = lesson.section("Recap")
    if not kept:
        yield "it keeps no failure. Tag the cell that goes wrong on purpose: kept-failure."
    for cell in kept:
        later = [other for other in lesson.code if recap and cell.number < other.number < recap[0].number]
        if not cell.is_code or not cell.outputs:
            yield f"{cell} is tagged kept-failure but shows nothing. Tag the code cell whose output is the failure."
        elif not later:
            yield f"{cell}: the better version is missing between the kept failure and the recap."


@check
def the_end_is_recap_questions_challenge_and_next(lesson: Lesson) -> Iterator[str]:
    titles = [title for title, _ in lesson.sections]
    if titles[-4:] != ENDING or any(titles.count(title) != 1 for title in ENDING):
        yield f"it ends with {', '.join(titles[-4:])}. End it with ## {', ## '.join(ENDING)}, each once."
        return
    for title in ENDING:
        if not HEADING.sub("", text_of(lesson.section(title))).strip():
            yield f"## {title} is empty. Write it."
    questions = text_of(lesson.section("Check yourself"))
    numbers = re.findall(r"^(\d)\. ", questions, re.M)
    answers = FOLDED.findall(questions)
    if numbers not in (["1", "2"], ["1", "2", "3"]) or len(answers) != len(numbers):
        yield "## Check yourself: ask two or three questions, numbered 1. 2. 3., each with its folded answer."
