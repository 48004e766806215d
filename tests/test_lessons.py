"""The shape of every lesson: executed in order, its parts in their order, short cells, links that lead somewhere.

nbval runs the lessons and compares their outputs; here nothing is run. A check is a function that yields what is wrong
and what to do about it. A small sound lesson is broken once for every rule: a check that cannot fail is worth nothing.
"""

import ast
import copy
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
LAST = 14  # the number of the last lesson: nothing comes after it
MOST_LINES = 12
ENDING = ["Recap", "Check yourself", "Your turn", "Next"]
MODULES = {"common", "chat_memory", "openai", "matplotlib", "sqlalchemy", "tiktoken"}  # and the standard library
TAGS = {"kept-failure", "raises-exception", "nbval-ignore-output"}

HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.M)
FOLDED = re.compile(r"<details>\s*<summary>(.+?)</summary>(.*?)</details>", re.S)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)[^)]*\)|(?:href|src)=\"([^\"]+)\"")
CODE_IN_TEXT = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)
# Written so that a search for them does not find this file.
KEY = re.compile(r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_]{16,}")
MACHINE = {
    "a path of this machine": re.compile(
        r"(?<![\w.~/-])/(?:[h]ome|[U]sers|[r]oot|[t]mp|[w]ork|[p]rivate|usr|opt|var)/|~/"
        r"|\b[A-Za-z]:\\{1,2}(?:[U]sers|[W]indows|[P]rogram)|[s]ite-packages|ipykernel_\d"
    ),
    "a memory address": re.compile(r"0x[0-9a-fA-F]{6,}"),
    "something like a key": KEY,
}


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson; its name in messages is its number, from 1, and how it begins."""

    number: int
    raw: dict[str, Any]

    @property
    def is_code(self) -> bool:
        return self.raw["cell_type"] == "code"

    @property
    def source(self) -> str:
        source = self.raw["source"]
        return source if isinstance(source, str) else "".join(source)

    @property
    def prose(self) -> str:
        """The text of a markdown cell without the code in it."""
        return "" if self.is_code else CODE_IN_TEXT.sub("", self.source)

    @property
    def tags(self) -> set[str]:
        return set(self.raw.get("metadata", {}).get("tags", []))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        return self.raw.get("outputs", [])

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(len(marks), title) for marks, title in HEADING.findall(self.prose)]

    @cached_property
    def tree(self) -> ast.Module:
        """What the code says; nothing where it is no Python, which is another check's business."""
        try:
            with warnings.catch_warnings(action="ignore"):
                return ast.parse(self.source)
        except SyntaxError:
            return ast.Module([], [])

    def __str__(self) -> str:
        first = next(iter(self.source.strip().splitlines()), "")
        return f"cell {self.number} ({first[:50]})"


@dataclass
class Lesson:
    """A notebook, and where it is; links are looked up from there."""

    path: Path
    raw: dict[str, Any]

    @property
    def name(self) -> str:
        return f"lessons/{self.path.name}"

    @property
    def number(self) -> int:
        return int("".join(filter(str.isdigit, self.path.name[:2])) or 0)

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(number, raw) for number, raw in enumerate(self.raw["cells"], start=1)]

    @cached_property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_code]

    def after(self, cell: Cell) -> Cell | None:
        return self.cells[cell.number] if cell.number < len(self.cells) else None

    @cached_property
    def sections(self) -> list[tuple[str, list[Cell]]]:
        """The parts under a heading of level 2, with their cells: a cell belongs to its last such heading."""
        parts: list[tuple[str, list[Cell]]] = []
        for cell in self.cells:
            parts += [(title, []) for level, title in cell.headings if level == 2]
            if parts:
                parts[-1][1].append(cell)
        return parts

    def section(self, title: str) -> list[Cell]:
        return next((cells for found, cells in self.sections if found == title), [])


def load(path: Path) -> Lesson:
    return Lesson(path, json.loads(path.read_text(encoding="utf-8")))


def text_of(cells: list[Cell]) -> str:
    return "\n".join(cell.source for cell in cells if not cell.is_code)


Check = Callable[[Lesson], Iterator[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Hold every lesson to this."""
    CHECKS.append(function)
    return function


# What has been run


@check
def every_code_cell_was_run_once_in_order(lesson: Lesson) -> Iterator[str]:
    """A cell that was never run has no count, and nbval would not compare it."""
    run_it = f"Run: jupyter execute --inplace --NotebookClient.record_timing=False {lesson.name}"
    for due, cell in enumerate(lesson.code, start=1):
        count = cell.raw.get("execution_count")
        counts = {count, *(out["execution_count"] for out in cell.outputs if "execution_count" in out)}
        if not cell.source.strip():
            yield f"{cell} is empty. Delete it."
        elif count is None:
            yield f"{cell} was not executed. {run_it}"
        elif counts != {due}:
            yield f"{cell} has the execution count {count} where {due} is due: run out of order. {run_it}"


@check
def no_cell_is_left_out_of_the_comparison(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        for tag in sorted(cell.tags - TAGS):
            yield f"{cell} has the tag {tag!r}, which means nothing here. The tags are {', '.join(sorted(TAGS))}."
        if cell.is_code and (marker := re.search(r"#.*(NBVAL_\w+|PYTEST_VALIDATE_\w+)", cell.source)):
            yield f"{cell} holds the comment {marker[1]}. Take it out, or use the tag nbval-ignore-output."


@check
def errors_are_shown_only_on_purpose(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        error = next((out for out in cell.outputs if out["output_type"] == "error"), None)
        if error and "raises-exception" not in cell.tags:
            yield f"{cell} ended with {error['ename']}. Mend it, or tag it raises-exception if it is meant to."
        if not error and "raises-exception" in cell.tags:
            yield f"{cell} is tagged raises-exception but raised nothing. Take the tag off, or run it again."


@check
def outputs_are_the_same_on_every_machine(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        for out in cell.outputs:
            shown = {kind: data for kind, data in out.get("data", {}).items() if kind != "image/png"}
            text = "\n".join(strings([shown, out.get("text"), out.get("evalue"), out.get("traceback")]))
            for what, pattern in MACHINE.items():
                if pattern.search(text):
                    yield f"{cell}: its output holds {what}. Print something that is the same everywhere; catch errors."


@check
def the_challenge_is_named_and_checked(lesson: Lesson) -> Iterator[str]:
    """What the checker says is not compared, because a learner's work differs; stored is what it says to who begins."""
    checks = [cell for cell in lesson.code if "nbval-ignore-output" in cell.tags and "check(" in cell.source]
    for cell in checks:
        said = "".join("".join(out.get("text", [])) for out in cell.outputs)
        if "Not started" not in said or "went wrong" in said or "\x1b" in said:
            yield f"{cell} stores another result than that of a challenge that is not started. Run it on the starter."
    work = f"../work/{lesson.path.stem}.py"
    if (lesson.path.parent / work).is_file():
        if f"]({work})" not in text_of(lesson.section("Your turn")):
            yield f"## Your turn does not lead to the learner's file. Add a link to {work}."
        if checks != lesson.code[-1:] or f"check({lesson.number})" not in checks[0].source:
            yield f"the last code cell does not check the challenge. Let it be: check({lesson.number})"


def strings(value: Any) -> Iterator[str]:
    """Every text within an output; lists of lines are joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


# The parts, and their order


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


def call_name(call: ast.Call) -> str:
    """The last name of what is called: `exit` of `sys.exit()`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


GUESS = "Write your guess down, then open"


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
def charts_are_said_in_words(lesson: Lesson) -> Iterator[str]:
    """JupyterLab gives a chart no alternative text, and a page may be dark: words below it, and a background in it."""
    for cell in lesson.code:
        if not any("image/png" in out.get("data", {}) for out in cell.outputs):
            continue
        if not (following := lesson.after(cell)) or not following.source.startswith("**The chart in words:** "):
            yield f"{cell} draws a chart, which not everybody sees. Begin the next cell with: **The chart in words:** …"
        if 'facecolor="white"' not in cell.source:
            yield f'{cell} draws a chart without a background. Add to the figure: facecolor="white"'


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


# Cells


@check
def code_cells_are_short_and_hold_one_idea(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            yield f"{cell} has {len(lines)} lines; {MOST_LINES} are the most. Split it where a new idea begins."
        definitions = [
            n for n in cell.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        if len(definitions) > 1:
            yield f"{cell} defines {' and '.join(node.name for node in definitions)}. Give each a cell of its own."


@check
def code_is_plain_python(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(cell.source, lesson.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, SyntaxWarning) as problem:
            yield f"{cell} is not plain Python: {problem}. Magics and shell lines do not belong into a lesson."


@check
def nothing_is_installed_and_no_key_is_written(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if KEY.search(cell.source):
            yield f"{cell} holds something like a key. Take it out, and withdraw the key: keys belong into .env."
        if not cell.is_code:
            continue
        if re.search(r"^\s*[!%]|\bpip3?\b|\bconda\b|\bensurepip\b", cell.source, re.M):
            yield f"{cell} installs something. Put the package into requirements.txt; lessons install nothing."
        if re.search(r"\bsys\s*\.\s*path\b|from\s+sys\s+import\b.*\bpath\b", cell.source):
            yield f"{cell} changes sys.path. Take it out: common and chat_memory are importable from everywhere."


@check
def only_known_modules_are_imported(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        for name in sorted(imported(cell.tree) - MODULES - sys.stdlib_module_names):
            yield f"{cell} imports {name}. Lessons know {', '.join(sorted(MODULES))} and the standard library."


def imported(tree: ast.Module) -> set[str]:
    """The top-level modules that a cell imports, also by importlib."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and call_name(node) in ("import_module", "__import__") and node.args:
            found.add(str(getattr(node.args[0], "value", "")).split(".")[0])
    return found


@check
def imports_stand_where_they_are_first_used(lesson: Lesson) -> Iterator[str]:
    """The set-up imports from common alone, and a later cell imports what it uses itself."""
    for cell in lesson.code:
        imports = [node for node in cell.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        if cell is lesson.code[0]:
            if imported(cell.tree) - {"common"} or len(imports) != 1:
                yield f"{cell}: the set-up has one import, from common. Import the others where they are first used."
        elif "nbval-ignore-output" not in cell.tags:
            bound = {(name.asname or name.name).split(".")[0] for node in imports for name in node.names}
            used = {node.id for node in ast.walk(cell.tree) if isinstance(node, ast.Name)}
            for name in sorted(bound - used):
                yield f"{cell} imports {name} and does not use it. Import it where it is first used."


@check
def no_line_ends_in_white_space(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if any(line != line.rstrip() for line in cell.source.split("\n")):
            yield f"{cell} has white space at the end of a line. Take it out."
        if cell.source != cell.source.strip("\n"):
            yield f"{cell} begins or ends with an empty line. Take it out."


# Links


@check
def every_link_leads_somewhere(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        for label, target, attribute in LINK.findall(cell.prose):
            target = target or attribute
            if re.match(r"[a-z][a-z0-9+.-]+:|#", target):
                continue  # the web, or a heading of this page
            file = lesson.path.parent / target.split("#")[0]
            if target.startswith("/") or "\\" in target or not is_there(file):
                yield f"{cell} links to {target}, which does not exist from lessons/. Mend the link."
            elif re.match(r"\d\d ", label) and file.suffix == ".ipynb":
                title = load(file).cells[0].source.splitlines()[0]
                if not re.match(rf"# {re.escape(label)}(?!\w)", title):
                    yield f"{cell} calls {target} {label!r}, but its title is {title.lstrip('# ')!r}."


def is_there(file: Path) -> bool:
    """Whether a file exists under exactly this name: capitals matter on some systems and not on others."""
    return file.exists() and (file.name in ("", "..") or file.name in {other.name for other in file.parent.iterdir()})


@check
def the_lessons_before_and_after_are_linked(lesson: Lesson) -> Iterator[str]:
    text = text_of(lesson.section("Next"))
    targets = [target for _, target, _ in LINK.findall(text)]
    there = {path.name[:2]: path.name for path in lesson.path.parent.glob("[0-9][0-9]_*.ipynb")}
    before, after = f"{lesson.number - 1:02}", f"{lesson.number + 1:02}"
    if lesson.number > 1 and there.get(before, "") not in targets:
        yield f"## Next does not lead back. Add: Back: [{before} · …]({there.get(before, before + '_….ipynb')})"
    to_come = re.search(rf"\*\*{after} · [^*]+\*\* \(to come\)", text)
    if after in there:
        if there[after] not in targets:
            yield f"## Next does not lead on. Add: **[{after} · …]({there[after]})**"
        if "(to come)" in text:
            yield f"## Next calls a lesson to come, but lessons/{there[after]} is here. Take (to come) out."
    elif lesson.number < LAST and not to_come:
        yield f"## Next does not say what comes. Add: **{after} · its title** (to come)"


# The file


@check
def the_file_is_a_clean_notebook(lesson: Lesson) -> Iterator[str]:
    if (lesson.raw["nbformat"], lesson.raw["nbformat_minor"]) != (4, 5):
        yield "it is no notebook of format 4.5. Save it with a current JupyterLab."
    ids = [cell.raw.get("id") for cell in lesson.cells]
    for id in {id for id in ids if id is None or ids.count(id) > 1}:
        yield f"cells have no id, or the same: {id}. Delete it and save with JupyterLab, which gives them one each."
    try:
        with warnings.catch_warnings(action="ignore"):  # of the ids
            nbformat.validate(copy.deepcopy(lesson.raw))
    except nbformat.ValidationError as error:
        yield f"it is no valid notebook: {error.message}"


@check
def metadata_tell_nothing_of_a_machine(lesson: Lesson) -> Iterator[str]:
    metadata = lesson.raw["metadata"]
    for name in sorted(metadata.keys() - {"kernelspec", "language_info"}):
        yield f"its metadata hold {name!r}. Take it out."
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not called python3. Choose the kernel Python 3, and save."
    for cell in lesson.cells:
        for name in sorted(cell.raw["metadata"].keys() - {"tags", "execution"}):
            yield f"{cell} has the metadata {name!r}. Take it out."
    everything = json.dumps([metadata, *(cell.raw["metadata"] for cell in lesson.cells)])
    if any(pattern.search(everything) for pattern in MACHINE.values()):
        yield "its metadata hold a path of a machine. Take it out."


# Every lesson is held to every check


def test_there_are_lessons():
    assert [path.stem for path in LESSONS][:2] == ["01_stateless_calls", "02_chat_loop"]


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson(path: Path, rule: Check):
    lesson = load(path)
    problems = [f"{lesson.name}: {problem}" for problem in rule(lesson)]
    assert not problems, "\n" + "\n".join(problems)


# Every check finds what it is for: a sound lesson, broken in one place


def markdown(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": "\n".join(lines)}


def code(source: str, output: str = "", *tags: str) -> dict[str, Any]:
    """A code cell; its count and ids are filled in later."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "execution_count": None, "outputs": outputs}


def folded(answer: str, summary: str = "Answer") -> str:
    return f"<details><summary>{summary}</summary>\n\n{answer}\n</details>"


TITLE = markdown(
    "# 02 · Loops: again and again",
    "",
    "**You will be able to** repeat.",
    "",
    "*Reading: 10 minutes. The challenge at the end: about 15.*",
    "",
    "**You need:** [01 · Calls](01_calls.ipynb).",
)
SET_UP = code("from common import get_client\n\nclient = get_client()")
PREDICT = markdown("## Once more", "", "### Two or three?", "", "What will it print?", "", folded("Three.", GUESS))
FAILURE = code("print(2)", "2\n", "kept-failure")
BETTER = code("def three() -> int:\n    return 3\n\n\nprint(three())", "3\n")
QUESTIONS = markdown("## Check yourself", "", "1. Why?", "", folded("So."), "", "2. How?", "", folded("Thus."))
NEXT = markdown(
    "## Next",
    "",
    "**[03 · Tokens](03_tokens.ipynb)**: count. Back: [01 · Calls](01_calls.ipynb).",
    "The script is [examples/02_loops.py](../examples/02_loops.py); see [the web](https://example.com) and `[x](y)`.",
)
SOUND = [
    TITLE,
    markdown("## Set-up", "", "One line."),
    SET_UP,
    PREDICT,
    FAILURE,
    BETTER,
    markdown("## Recap", "", "- Again."),
    QUESTIONS,
    markdown("## Your turn", "", "Do it yourself."),
    NEXT,
]


@pytest.fixture
def sound(tmp_path: Path) -> Lesson:
    """A small lesson 02 without a fault, between a lesson 01 and a lesson 03."""
    for name, title in (("01_calls", "01 · Calls: one by one"), ("03_tokens", "03 · Tokens")):
        write(tmp_path / "lessons" / f"{name}.ipynb", [markdown(f"# {title}")])
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "02_loops.py").touch()
    return load(write(tmp_path / "lessons" / "02_loops.ipynb", SOUND))


def write(path: Path, cells: list[dict[str, Any]]) -> Path:
    """Write a notebook with these cells, run in order."""
    cells, count = copy.deepcopy(cells), 0
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            cell["execution_count"] = count = count + 1
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.11.7"}}
    path.parent.mkdir(exist_ok=True)
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_a_sound_lesson_passes_every_check(sound):
    assert [problem for rule in CHECKS for problem in rule(sound)] == []


Break = Callable[[Lesson], None]


def cell_of(lesson: Lesson, cell: dict[str, Any]) -> dict[str, Any]:
    """The copy of one of the cells above in this lesson."""
    return lesson.raw["cells"][SOUND.index(cell)]


def replace(cell: dict[str, Any], old: str, new: str) -> Break:
    """Break a lesson by changing the words of a cell."""

    def change(lesson: Lesson) -> None:
        found = cell_of(lesson, cell)
        assert old in found["source"]
        found["source"] = found["source"].replace(old, new, 1)

    return change


def put(cell: dict[str, Any], **values: Any) -> Break:
    """Break a lesson by changing the fields of a cell."""
    return lambda lesson: cell_of(lesson, cell).update(values)


def put_metadata(**values: Any) -> Break:
    return lambda lesson: lesson.raw["metadata"].update(values)


def take_out(cell: dict[str, Any]) -> Break:
    return lambda lesson: lesson.raw["cells"].remove(cell_of(lesson, cell))


def move(cell: dict[str, Any], place: int) -> Break:
    def change(lesson: Lesson) -> None:
        found = cell_of(lesson, cell)
        lesson.raw["cells"].remove(found)
        lesson.raw["cells"].insert(place, found)

    return change


def show(text: str) -> Break:
    """Break a lesson by what a cell prints."""
    return put(BETTER, outputs=[{"output_type": "stream", "name": "stdout", "text": [text, "\n"]}])


def display(**data: str) -> Break:
    return put(BETTER, outputs=[{"output_type": "display_data", "metadata": {}, "data": data}])


def source(text: str) -> Break:
    return put(BETTER, source=text)


def work_without_a_link(lesson: Lesson) -> None:
    work = lesson.path.parents[1] / "work" / f"{lesson.path.stem}.py"
    work.parent.mkdir(exist_ok=True)
    work.touch()


def without_lesson_3(lesson: Lesson) -> None:
    (lesson.path.parent / "03_tokens.ipynb").unlink()


ERROR = [{"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["KeyError: 'x'"]}]
RESULT = [{"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "3"}, "execution_count": 9}]
FAKE_KEY = "sk-" + "a1B2" * 6
ADDRESS = "<Line2D at 0x" + "7f3a5c0d9e10>"
RECAP, YOUR_TURN = SOUND[6], SOUND[8]

BROKEN: dict[Check, list[tuple[Break, str]]] = {
    the_challenge_is_named_and_checked: [
        (put(BETTER, source="check(2)", metadata={"tags": ["nbval-ignore-output"]}), "stores another result"),
        (work_without_a_link, "does not lead to the learner's file"),
        (work_without_a_link, "Let it be: check(2)"),
    ],
    every_code_cell_was_run_once_in_order: [
        (put(FAILURE, execution_count=None), "cell 5 (print(2)) was not executed. Run: jupyter execute --inplace"),
        (put(FAILURE, execution_count=7), "count 7 where 2 is due"),
        (put(FAILURE, execution_count=1), "count 1 where 2 is due"),
        (put(BETTER, outputs=RESULT), "where 3 is due"),
        (source(""), "is empty"),
    ],
    no_cell_is_left_out_of_the_comparison: [
        (put(BETTER, metadata={"tags": ["nbval-skip"]}), "the tag 'nbval-skip'"),
        (put(BETTER, metadata={"tags": ["kept_failure"]}), "the tag 'kept_failure'"),
        (source("# NBVAL_SKIP\nprint(3)"), "the comment NBVAL_SKIP"),
        (source("x = 3  # NBVAL_IGNORE_OUTPUT"), "the comment NBVAL_IGNORE_OUTPUT"),
    ],
    errors_are_shown_only_on_purpose: [
        (put(BETTER, outputs=ERROR), "ended with KeyError"),
        (put(BETTER, metadata={"tags": ["raises-exception"]}), "raised nothing"),
    ],
    outputs_are_the_same_on_every_machine: [
        (show("/" + "home/ana/workbook/lessons"), "a path of this machine"),
        (show("/" + "tmp/ipykernel_1/2.py:3: Warning"), "a path of this machine"),
        (show("C:" + "\\Users\\ana"), "a path of this machine"),
        (show("File ~/workbook/x.py"), "a path of this machine"),
        (show(ADDRESS), "a memory address"),
        (display(**{"text/plain": ADDRESS}), "a memory address"),
        (display(**{"text/html": f"<b>{FAKE_KEY}</b>"}), "like a key"),
        (put(BETTER, outputs=[{**ERROR[0], "traceback": ["File /" + "usr/lib/python3/x.py"]}]), "a path of"),
    ],
    the_title_says_what_when_and_after_what: [
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
    the_set_up_comes_first: [
        (replace(SOUND[1], "## Set-up", "## Preparations"), "Begin with ## Set-up"),
        (move(PREDICT, 1), "the first section is Once more"),
        (move(FAILURE, 1), "not in the set-up"),
        (replace(SET_UP, "client = get_client()", "# client = get_client()"), "makes no client"),
        (replace(SET_UP, "get_client()", "get_client"), "makes no client"),
    ],
    every_prediction_is_answered_and_run: [
        (take_out(PREDICT), "nothing is predicted"),
        (replace(PREDICT, "### Two", "## Two"), "Write ### and a question"),
        (replace(PREDICT, "or three?", "or three"), "Write ### and a question"),
        (replace(PREDICT, "What will it print?", ""), "asks nothing"),
        (replace(PREDICT, "</details>", f"</details>\n\n{folded('Four.', GUESS)}"), "or several"),
        (move(PREDICT, 8), "is not followed by a code cell"),
        (move(PREDICT, 9), "is not followed by a code cell"),
    ],
    headings_make_a_table_of_contents: [
        (replace(PREDICT, "Two or three?", "Predict"), "Ask the question itself"),
        (replace(PREDICT, "Two or three?", "Prediction:"), "Ask the question itself"),
        (replace(PREDICT, "Two or three?", "Set-up"), "2 headings are called 'Set-up'"),
    ],
    charts_are_said_in_words: [
        (display(**{"image/png": "aaaa"}), "Begin the next cell with: **The chart in words:** …"),
        (display(**{"image/png": "aaaa"}), 'facecolor="white"'),
    ],
    folded_answers_are_folded_and_closed: [
        (replace(PREDICT, "</details>", ""), "not closed"),
        (replace(PREDICT, "<details>", "<details open>"), "is open"),
        (replace(PREDICT, f"<summary>{GUESS}</summary>", ""), "without a <summary>"),
        (replace(PREDICT, "Three.", ""), "folds an empty answer"),
        (replace(PREDICT, "</summary>\n\n", "</summary>\n"), "an empty line after </summary>"),
    ],
    a_failure_is_kept_and_then_bettered: [
        (put(FAILURE, metadata={}), "keeps no failure"),
        (put(FAILURE, outputs=[]), "shows nothing"),
        (put(PREDICT, metadata={"tags": ["kept-failure"]}), "shows nothing"),
        (move(BETTER, 2), "the better version is missing"),
        (move(FAILURE, 8), "the better version is missing"),
    ],
    the_end_is_recap_questions_challenge_and_next: [
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
    code_cells_are_short_and_hold_one_idea: [
        (source("\n\n".join(f"x{n} = {n}" for n in range(13))), "has 13 lines; 12 are the most"),
        (source("def one():\n    return 1\n\n\nclass Two:\n    pass"), "defines one and Two"),
    ],
    code_is_plain_python: [
        (source("%matplotlib inline"), "is not plain Python"),
        (source("!ls"), "is not plain Python"),
        (source("def half("), "is not plain Python"),
        (source("return 3"), "is not plain Python"),
        (source("print('\\d')"), "is not plain Python"),
    ],
    nothing_is_installed_and_no_key_is_written: [
        (source("%pip install openai"), "installs something"),
        (source("!pip install openai"), "installs something"),
        (source("import pip\npip.main(['install', 'openai'])"), "installs something"),
        (source("subprocess.run([sys.executable, '-m', 'pip', 'install', 'openai'])"), "installs something"),
        (source(f"client = OpenAI(api_key='{FAKE_KEY}')"), "like a key"),
        (replace(RECAP, "Again", FAKE_KEY), "like a key"),
        (source("import sys\nsys.path.insert(0, '..')"), "changes sys.path"),
        (source("from sys import path"), "changes sys.path"),
    ],
    only_known_modules_are_imported: [
        (source("from mock_model import get_mock_client"), "imports mock_model"),
        (source("import requests"), "imports requests"),
        (source("def late():\n    import numpy as np"), "imports numpy"),
        (source("import importlib\nimportlib.import_module('mock_model')"), "imports mock_model"),
    ],
    imports_stand_where_they_are_first_used: [
        (replace(SET_UP, "from common", "import json\n\nfrom common"), "one import, from common"),
        (replace(SET_UP, "from common import get_client", "get_client = print"), "one import, from common"),
        (source("import json\nimport os.path\n\nos.path.exists('x')"), "imports json and does not use it"),
    ],
    no_line_ends_in_white_space: [
        (source("x = 3 \ny = 4"), "at the end of a line"),
        (replace(RECAP, "- Again.", "- Again.  \n- And again."), "at the end of a line"),
        (source("x = 3\n"), "begins or ends with an empty line"),
    ],
    every_link_leads_somewhere: [
        (replace(NEXT, "../examples/02_loops.py", "../examples/02_loop.py"), "links to ../examples/02_loop.py"),
        (replace(NEXT, "../examples/02_loops.py", "../examples/02_Loops.py"), "links to ../examples/02_Loops.py"),
        (replace(NEXT, "../examples/02_loops.py", "/examples/02_loops.py"), "links to /examples"),
        (replace(RECAP, "Again.", '<img src="images/none.svg">'), "links to images/none.svg"),
        (replace(TITLE, "01 · Calls", "01 · Call"), "calls 01_calls.ipynb '01 · Call'"),
        (replace(TITLE, "01 · Calls", "03 · Tokens"), "calls 01_calls.ipynb '03 · Tokens'"),
    ],
    the_lessons_before_and_after_are_linked: [
        (replace(NEXT, "(03_tokens.ipynb)", "(01_calls.ipynb)"), "does not lead on"),
        (replace(NEXT, "**: count.", "** (to come): count."), "Take (to come) out"),
        (replace(NEXT, "Back: [01 · Calls](01_calls.ipynb)", ""), "does not lead back. Add: Back: [01"),
        (without_lesson_3, "does not say what comes. Add: **03 ·"),
    ],
    the_file_is_a_clean_notebook: [
        (lambda lesson: lesson.raw.update(nbformat_minor=4), "format 4.5"),
        (put(FAILURE, id="cell-0"), "the same: cell-0"),
        (put(FAILURE, outputs=[{"output_type": "stream"}]), "no valid notebook"),
        (lambda lesson: cell_of(lesson, FAILURE).pop("id"), "cells have no id"),
    ],
    metadata_tell_nothing_of_a_machine: [
        (put_metadata(widgets={"state": {}}), "hold 'widgets'"),
        (put_metadata(vscode={"interpreter": {"hash": "1"}}), "hold 'vscode'"),
        (put_metadata(kernelspec={"name": "workbook", "display_name": "Mine"}), "not called python3"),
        (put(FAILURE, metadata={"tags": ["kept-failure"], "papermill": {}}), "the metadata 'papermill'"),
        (put_metadata(language_info={"name": "python", "file": "/" + "home/ana/x.py"}), "a path of a machine"),
    ],
}


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
