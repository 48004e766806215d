"""A lesson as slides: each cell gets its place from the rule, and no slide is too full."""

import copy

import pytest

from . import slides
from .faultless_lesson import BETTER, FAILURE, PREDICT, SOUND, code, markdown

LONG = markdown("So it is. " * 90)
PRINTS_MUCH = code("print(words)", "a word or two\n" * 20)
TABLE = markdown("| a | b |", "|---|---|", *["| 1 | 2 |"] * 4)


def after(*cells: dict) -> list[str]:
    """What cells are on slides behind a question that is to be predicted."""
    return slides.kinds([markdown("# 02 · Loops"), PREDICT, *cells])[2:]


def test_a_sound_lesson_has_a_slide_for_each_heading_and_leaves_out_the_set_up_and_the_way_on():
    kinds = slides.kinds(SOUND)
    assert kinds[:6] == ["slide", "skip", "skip", "slide", "fragment", "fragment"]
    assert kinds[6:] == ["slide", "slide", "slide", "skip"], "recap, questions, the task, and what comes next"


def test_what_is_run_is_shown_behind_the_question_as_long_as_there_is_room():
    assert after(FAILURE) == ["fragment"]
    assert after(PRINTS_MUCH, BETTER) == ["subslide", "subslide"]
    assert after(PRINTS_MUCH, markdown("### Again?", "", "And now?")) == ["subslide", "subslide"]


def test_what_explains_stands_below_or_is_the_presenters_to_tell():
    assert after(FAILURE, markdown("It is two.")) == ["fragment", "fragment"]
    assert after(PRINTS_MUCH, LONG) == ["subslide", "notes"]
    assert after(PRINTS_MUCH, TABLE, BETTER) == ["subslide", "subslide", "fragment"], "a table has to be seen"
    leads = markdown("This is " + "the better one, " * 30 + "in full:")
    assert after(PRINTS_MUCH, leads, BETTER) == ["subslide", "subslide", "fragment"]
    assert after(PRINTS_MUCH, leads, PRINTS_MUCH) == ["subslide", "notes", "subslide"]


def test_the_task_is_shown_and_the_cell_that_checks_it_is_not():
    task = [markdown("# 02 · Loops"), markdown("## Your turn", "", "Write it."), code("check(2)", "Not started")]
    assert slides.kinds(task) == ["slide", "slide", "skip"]


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        (code("print(words)", "word\n" * 20), True),
        (code("print(words)", "word\n" * 60), False),
        (code("print(words)", "word " * 3000), False),
        (markdown("### A question?", "", "One line."), True),
        (markdown("## A heading", "", *["| a row | of a table |"] * 80), False),
    ],
)
def test_what_no_slide_can_hold_is_found(cell, held):
    assert slides.fits(cell) is held


def test_an_answer_needs_room_when_it_is_opened_and_only_one_is_open_at_a_time():
    def question(answer: str) -> str:
        return f"1. Why?\n\n<details><summary>Answer</summary>\n\n{answer}\n</details>\n\n"

    one, long = slides.lines_of_text(question("So.")), slides.lines_of_text(question("So it is. " * 60))
    assert long > one + 4
    assert slides.lines_of_text(question("So.") * 3) < 3 * one
    assert slides.lines_of_text(question("So it is. " * 60) * 2) < long + one


def test_a_picture_takes_the_room_that_it_is_drawn_in():
    def picture(wide: int, high: int) -> float:
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"></svg>'
        return slides.lines_of_output({"output_type": "display_data", "data": {"image/svg+xml": svg}})

    assert picture(760, 120) < picture(760, 240) < picture(760, 2000) == picture(760, 4000)
    assert slides.lines_of_text("![A turn](images/tool_turn.svg)") > 5


def test_stamping_keeps_all_else_in_the_metadata_and_can_be_done_again():
    notebook = {"cells": copy.deepcopy(SOUND)}
    notebook["cells"][4]["metadata"]["slideshow"] = {"slide_type": "skip"}
    slides.stamp(notebook)
    once = copy.deepcopy(notebook)
    slides.stamp(notebook)
    assert notebook == once
    assert notebook["cells"][4]["metadata"] == {"tags": ["kept-failure"], "slideshow": {"slide_type": "fragment"}}
