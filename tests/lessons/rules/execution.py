"""What has been run: every cell once, in order, with outputs that are the same everywhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..machine_traces import MACHINE
from ..notebook import Lesson, text_of
from .rule import check

TAGS = {"kept-failure", "raises-exception", "nbval-ignore-output"}


@check
def every_code_cell_was_run_once_in_order(lesson: Lesson) -> Iterator[str]:
    """A cell that was never run has no count, and nbval would not compare it."""
    run_it = f"Run: python -m tests.rebuild_lessons {Path(lesson.name).name[:2]}"
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
