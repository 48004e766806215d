"""Every lesson is held to every rule."""

from functools import cache
from pathlib import Path

import pytest

from .notebook import LESSONS, load
from .rules import CHECKS, Check

lesson_at = cache(load)  # no rule changes a lesson


def test_there_are_lessons():
    assert [path.stem for path in LESSONS][:2] == ["01_stateless_calls", "02_chat_loop"]


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson(path: Path, rule: Check):
    lesson = lesson_at(path)
    problems = [f"{lesson.name}: {problem}" for problem in rule(lesson)]
    assert not problems, "\n" + "\n".join(problems)
