"""Every rule finds what it is for: a small sound lesson is broken once for each; a check that cannot fail is worth nothing."""

from pathlib import Path

import pytest

from .faultless_lesson import (
    BETTER,
    FAILURE,
    NEXT,
    PREDICT,
    QUESTIONS,
    RECAP,
    SET_UP,
    SOUND,
    TITLE,
    YOUR_TURN,
    Break,
    cell_of,
    display,
    folded,
    markdown,
    move,
    put,
    put_metadata,
    replace,
    show,
    source,
    take_out,
    without_lesson_3,
    work_without_a_link,
    write,
)
from .notebook import Lesson, load
from .rules import CHECKS, Check, cells, execution, links, notebook_file, on_slides, parts
from .rules.parts import GUESS

ERROR = [{"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["KeyError: 'x'"]}]
RESULT = [{"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "3"}, "execution_count": 9}]
FAKE_KEY = "sk-" + "a1B2" * 6
ADDRESS = "<Line2D at 0x" + "7f3a5c0d9e10>"

BROKEN: dict[Check, list[tuple[Break, str]]] = {
    execution.the_challenge_is_named_and_checked: [
        (put(BETTER, source="check(2)", metadata={"tags": ["nbval-ignore-output"]}), "stores another result"),
        (work_without_a_link, "does not lead to the learner's file"),
        (work_without_a_link, "Let it be: check(2)"),
    ],
    execution.every_code_cell_was_run_once_in_order: [
        (
            put(FAILURE, execution_count=None),
            "cell 5 (print(2)) was not executed. Run: python -m tests.rebuild_lessons",
        ),
        (put(FAILURE, execution_count=7), "count 7 where 2 is due"),
        (put(FAILURE, execution_count=1), "count 1 where 2 is due"),
        (put(BETTER, outputs=RESULT), "where 3 is due"),
        (source(""), "is empty"),
    ],
    execution.no_cell_is_left_out_of_the_comparison: [
        (put(BETTER, metadata={"tags": ["nbval-skip"]}), "the tag 'nbval-skip'"),
        (put(BETTER, metadata={"tags": ["kept_failure"]}), "the tag 'kept_failure'"),
        (source("# NBVAL_SKIP\nprint(3)"), "the comment NBVAL_SKIP"),
        (source("x = 3  # NBVAL_IGNORE_OUTPUT"), "the comment NBVAL_IGNORE_OUTPUT"),
    ],
    execution.errors_are_shown_only_on_purpose: [
        (put(BETTER, outputs=ERROR), "ended with KeyError"),
        (put(BETTER, metadata={"tags": ["raises-exception"]}), "raised nothing"),
    ],
    execution.outputs_are_the_same_on_every_machine: [
        (show("/" + "home/ana/workbook/lessons"), "a path of this machine"),
        (show("/" + "tmp/ipykernel_1/2.py:3: Warning"), "a path of this machine"),
        (show("C:" + "\\Users\\ana"), "a path of this machine"),
        (show("File ~/workbook/x.py"), "a path of this machine"),
        (show(ADDRESS), "a memory address"),
        (display(**{"text/plain": ADDRESS}), "a memory address"),
        (display(**{"text/html": f"<b>{FAKE_KEY}</b>"}), "like a key"),
        (put(BETTER, outputs=[{**ERROR[0], "traceback": ["File /" + "usr/lib/python3/x.py"]}]), "a path of"),
    ],
    parts.the_title_says_what_when_and_after_what: [
        (replace(TITLE, "# 02 ·", "# 03 ·"), "Begin it with: # 02 ·"),
        (replace(TITLE, "# 02 · ", "# "), "Begin it with: # 02 ·"),
        (take_out(TITLE), "does not begin with its title"),
        (replace(PREDICT, "## Once", "# Once"), "one heading of level 1"),
        (replace(TITLE, "**You will be able to**", "You learn to"), "**You will be able to**"),
        (replace(TITLE, "10 minutes", "a while"), "*Reading: 15 minutes."),
        (replace(TITLE, "about 15", "longer"), "*Reading: 15 minutes."),
        (replace(TITLE, "**You need:**", "Read"), "**You need:**"),
        (lambda lesson: setattr(lesson, "path", lesson.path.with_name("2_Loops.ipynb")), "Rename it"),
    ],
    parts.the_set_up_comes_first: [
        (replace(SOUND[1], "## Set-up", "## Preparations"), "Begin with ## Set-up"),
        (move(PREDICT, 1), "the first section is Once more"),
        (move(FAILURE, 1), "not in the set-up"),
        (replace(SET_UP, "client = get_client()", "# client = get_client()"), "makes no client"),
        (replace(SET_UP, "get_client()", "get_client"), "makes no client"),
    ],
    parts.every_prediction_is_answered_and_run: [
        (take_out(PREDICT), "nothing is predicted"),
        (replace(PREDICT, "### Two", "## Two"), "Write ### and a question"),
        (replace(PREDICT, "or three?", "or three"), "Write ### and a question"),
        (replace(PREDICT, "What will it print?", ""), "asks nothing"),
        (replace(PREDICT, "</details>", f"</details>\n\n{folded('Four.', GUESS)}"), "or several"),
        (move(PREDICT, 8), "is not followed by a code cell"),
        (move(PREDICT, 9), "is not followed by a code cell"),
    ],
    parts.headings_make_a_table_of_contents: [
        (replace(PREDICT, "Two or three?", "Predict"), "Ask the question itself"),
        (replace(PREDICT, "Two or three?", "Prediction:"), "Ask the question itself"),
        (replace(PREDICT, "Two or three?", "Set-up"), "2 headings are called 'Set-up'"),
    ],
    parts.charts_are_said_in_words: [
        (source("line_chart({'a': [1]}, x='turn', y='tokens')"), "Begin the next cell with: **The chart in words:** …"),
        (display(**{"image/png": "aaaa"}), "Draw it with line_chart"),
    ],
    parts.a_heading_begins_its_cell: [
        (replace(RECAP, "- Again.", "- Again.\n\n## And more\n\nMore."), "goes on to the heading 'And more'"),
        (replace(PREDICT, "## Once", "It was once.\n\n## Once"), "goes on to the heading 'Once more'"),
        (replace(PREDICT, "## Once more", "It was once."), "goes on to the heading 'Two or three?'"),
    ],
    parts.folded_answers_are_folded_and_closed: [
        (replace(PREDICT, "</details>", ""), "not closed"),
        (replace(PREDICT, "<details>", "<details open>"), "is open"),
        (replace(PREDICT, f"<summary>{GUESS}</summary>", ""), "without a <summary>"),
        (replace(PREDICT, "Three.", ""), "folds an empty answer"),
        (replace(PREDICT, "</summary>\n\n", "</summary>\n"), "an empty line after </summary>"),
    ],
    parts.a_failure_is_kept_and_then_bettered: [
        (put(FAILURE, metadata={}), "keeps no failure"),
        (put(FAILURE, outputs=[]), "shows nothing"),
        (put(PREDICT, metadata={"tags": ["kept-failure"]}), "shows nothing"),
        (move(BETTER, 2), "the better version is missing"),
        (move(FAILURE, 8), "the better version is missing"),
    ],
    parts.the_end_is_recap_questions_challenge_and_next: [
        (take_out(RECAP), "End it with ## Recap"),
        (move(YOUR_TURN, 7), "End it with ## Recap"),
        (move(NEXT, 3), "End it with ## Recap"),
        (replace(PREDICT, "## Once more", "## Recap"), "each once"),
        (replace(RECAP, "- Again.", ""), "## Recap is empty"),
        (replace(YOUR_TURN, "Do it yourself.", ""), "## Your turn is empty"),
        (replace(QUESTIONS, "2. How?", "How?"), "two or three questions"),
        (replace(QUESTIONS, folded("Thus."), "Thus."), "two or three questions"),
        (replace(QUESTIONS, "2. How?", f"2. Who?\n\n{folded('I.')}\n\n3. How?\n\n4. When?"), "two or three questions"),
    ],
    cells.code_cells_are_short_and_hold_one_idea: [
        (source("\n\n".join(f"x{n} = {n}" for n in range(13))), "has 13 lines; 12 are the most"),
        (source("def one():\n    return 1\n\n\nclass Two:\n    pass"), "defines one and Two"),
    ],
    cells.code_is_plain_python: [
        (source("%matplotlib inline"), "is not plain Python"),
        (source("!ls"), "is not plain Python"),
        (source("def half("), "is not plain Python"),
        (source("return 3"), "is not plain Python"),
        (source("print('\\d')"), "is not plain Python"),
    ],
    cells.nothing_is_installed_and_no_key_is_written: [
        (source("%pip install openai"), "installs something"),
        (source("!pip install openai"), "installs something"),
        (source("import pip\npip.main(['install', 'openai'])"), "installs something"),
        (source("subprocess.run([sys.executable, '-m', 'pip', 'install', 'openai'])"), "installs something"),
        (source(f"client = OpenAI(api_key='{FAKE_KEY}')"), "like a key"),
        (replace(RECAP, "Again", FAKE_KEY), "like a key"),
        (source("import sys\nsys.path.insert(0, '..')"), "changes sys.path"),
        (source("from sys import path"), "changes sys.path"),
    ],
    cells.only_known_modules_are_imported: [
        (source("from mock_model import get_mock_client"), "imports mock_model"),
        (source("import requests"), "imports requests"),
        (source("def late():\n    import numpy as np"), "imports numpy"),
        (source("import importlib\nimportlib.import_module('mock_model')"), "imports mock_model"),
    ],
    cells.imports_stand_where_they_are_first_used: [
        (replace(SET_UP, "from common", "import json\n\nfrom common"), "one import, from common"),
        (replace(SET_UP, "from common import get_client", "get_client = print"), "one import, from common"),
        (source("import json\nimport os.path\n\nos.path.exists('x')"), "imports json and does not use it"),
    ],
    cells.no_line_ends_in_white_space: [
        (source("x = 3 \ny = 4"), "at the end of a line"),
        (replace(RECAP, "- Again.", "- Again.  \n- And again."), "at the end of a line"),
        (source("x = 3\n"), "begins or ends with an empty line"),
    ],
    links.every_link_leads_somewhere: [
        (replace(NEXT, "../examples/02_loops.py", "../examples/02_loop.py"), "links to ../examples/02_loop.py"),
        (replace(NEXT, "../examples/02_loops.py", "../examples/02_Loops.py"), "links to ../examples/02_Loops.py"),
        (replace(NEXT, "../examples/02_loops.py", "/examples/02_loops.py"), "links to /examples"),
        (replace(RECAP, "Again.", '<img src="images/none.svg">'), "links to images/none.svg"),
        (replace(TITLE, "01 · Calls", "01 · Call"), "calls 01_calls.ipynb '01 · Call'"),
        (replace(TITLE, "01 · Calls", "03 · Tokens"), "calls 01_calls.ipynb '03 · Tokens'"),
    ],
    links.the_lessons_before_and_after_are_linked: [
        (replace(NEXT, "(03_tokens.ipynb)", "(01_calls.ipynb)"), "does not lead on"),
        (replace(NEXT, "**: count.", "** (to come): count."), "Take (to come) out"),
        (replace(NEXT, "Back: [01 · Calls](01_calls.ipynb)", ""), "does not lead back. Add: Back: [01"),
        (without_lesson_3, "does not say what comes. Add: **03 ·"),
    ],
    on_slides.cells_say_what_they_are_on_slides: [
        (
            put(FAILURE, metadata={"tags": ["kept-failure"]}),
            "is None on slides, where it should be fragment. Run: python -m",
        ),
        (put(FAILURE, metadata={"slideshow": {"slide_type": "skip"}}), "where it should be fragment"),
        (put(FAILURE, metadata={"slideshow": {"slide_type": "fragment", "x": 1}}), "where it should be fragment"),
        (show("much\n" * 20), "where it should be subslide"),
    ],
    on_slides.no_slide_is_too_full: [
        (show("much\n" * 60), "lines, too many for a slide"),
        (show("much " * 2_000), "lines, too many for a slide"),
    ],
    notebook_file.the_file_is_a_clean_notebook: [
        (lambda lesson: lesson.raw.update(nbformat_minor=4), "format 4.5"),
        (put(FAILURE, id="cell-0"), "the same: cell-0"),
        (put(FAILURE, outputs=[{"output_type": "stream"}]), "no valid notebook"),
        (lambda lesson: cell_of(lesson, FAILURE).pop("id"), "cells have no id"),
    ],
    notebook_file.metadata_tell_nothing_of_a_machine: [
        (put_metadata(widgets={"state": {}}), "hold 'widgets'"),
        (put_metadata(vscode={"interpreter": {"hash": "1"}}), "hold 'vscode'"),
        (put_metadata(kernelspec={"name": "workbook", "display_name": "Mine"}), "not called python3"),
        (put(FAILURE, metadata={"tags": ["kept-failure"], "papermill": {}}), "the metadata 'papermill'"),
        (put_metadata(language_info={"name": "python", "file": "/" + "home/ana/x.py"}), "a path of a machine"),
    ],
}


@pytest.fixture
def sound(tmp_path: Path) -> Lesson:
    """A small lesson 02 without a fault, between a lesson 01 and a lesson 03."""
    for name, title in (("01_calls", "01 · Calls: one by one"), ("03_tokens", "03 · Tokens")):
        write(tmp_path / "lessons" / f"{name}.ipynb", [markdown(f"# {title}")])
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "02_loops.py").touch()
    return load(write(tmp_path / "lessons" / "02_loops.ipynb", SOUND))


def test_a_sound_lesson_passes_every_check(sound):
    assert [problem for rule in CHECKS for problem in rule(sound)] == []


def test_every_check_is_tried():
    assert [rule.__name__ for rule in CHECKS if rule not in BROKEN] == []


@pytest.mark.parametrize(
    ("rule", "damage", "words"),
    [
        pytest.param(rule, damage, words, id=f"{rule.__name__}-{words}")
        for rule, cases in BROKEN.items()
        for damage, words in cases
    ],
)
def test_a_broken_lesson_is_refused(sound, rule, damage, words):
    damage(sound)
    found = {check: list(check(Lesson(sound.path, sound.raw))) for check in CHECKS}  # none of which may stumble
    assert any(words in problem for problem in found[rule]), found[rule]


def test_lessons_may_await_and_end_with_what_is_to_come(sound):
    source("import asyncio\n\nawait asyncio.sleep(0)")(sound)
    without_lesson_3(sound)
    replace(NEXT, "[03 · Tokens](03_tokens.ipynb)**", "03 · Tokens** (to come)")(sound)
    assert [problem for rule in CHECKS for problem in rule(Lesson(sound.path, sound.raw))] == []
