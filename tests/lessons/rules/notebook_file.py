"""The notebook's file: of one format, valid, and telling nothing of a machine."""

import copy
import json
import warnings
from collections.abc import Iterator

import nbformat

from ..machine_traces import MACHINE
from ..notebook import Lesson
from .rule import check


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
        for name in sorted(cell.raw["metadata"].keys() - {"tags", "execution", "slideshow"}):
            yield f"{cell} has the metadata {name!r}. Take it out."
    everything = json.dumps([metadata, *(cell.raw["metadata"] for cell in lesson.cells)])
    if any(pattern.search(everything) for pattern in MACHINE.values()):
        yield "its metadata hold a path of a machine. Take it out."
