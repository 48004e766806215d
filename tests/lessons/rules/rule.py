"""A rule is a function that yields what is wrong in a lesson and what to do about it."""

from collections.abc import Callable, Iterator

from ..notebook import Lesson

Check = Callable[[Lesson], Iterator[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Hold every lesson to this."""
    CHECKS.append(function)
    return function
