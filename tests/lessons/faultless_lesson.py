"""A small lesson without a fault, and the ways to break it in one place."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .notebook import Lesson
from .rules.parts import GUESS
from .slides import stamp


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
RECAP, YOUR_TURN = SOUND[6], SOUND[8]


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
    stamp(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


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
