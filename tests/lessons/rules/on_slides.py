"""The lesson as slides: each cell says what it is there, as one rule has it, and a slide can hold it."""

from collections.abc import Iterator

from .. import slides
from ..notebook import Lesson
from .rule import check


@check
def cells_say_what_they_are_on_slides(lesson: Lesson) -> Iterator[str]:
    for cell, kind in zip(lesson.cells, slides.kinds(lesson.raw["cells"]), strict=True):
        said = cell.raw["metadata"].get("slideshow")
        if said != {"slide_type": kind}:
            yield f"{cell} is {said} on slides, where it should be {kind}. Run: python -m tests.rebuild_lessons {lesson.number}"


@check
def no_slide_is_too_full(lesson: Lesson) -> Iterator[str]:
    """Cells that share a slide fit together by the rule; here is what is too much for a slide of its own."""
    for cell, kind in zip(lesson.cells, slides.kinds(lesson.raw["cells"]), strict=True):
        if kind not in ("notes", "skip") and not slides.fits(cell.raw):
            yield f"{cell} takes {slides.lines_of(cell.raw):.0f} lines, too many for a slide. Split it, or let it print less."
