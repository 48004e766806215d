"""Remembering: what was worked out of a text is kept for the next request, within a bound for all those texts together."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

MOST_CHARACTERS = 1_000_000  # of the texts whose results one function keeps: two windows of 128,000 tokens
F = TypeVar("F", bound=Callable[..., Any])


def characters(*arguments: object) -> int:
    """How many characters these have: texts, what has a `text`, such as a word or a sentence, and tuples of them."""
    total = 0
    for argument in arguments:
        text = argument if isinstance(argument, str) else getattr(argument, "text", None)
        if isinstance(text, str):
            total += len(text)
        elif isinstance(argument, tuple):
            total += characters(*argument)
    return total


def remembered(most: int) -> Callable[[F], F]:
    """Keep the results of a function for the last `most` arguments, as `lru_cache` does, and no more than fits.

    When the arguments that it was worked out for have more than `MOST_CHARACTERS` together, all results are forgotten. The
    count goes on only where a result is not there yet, so that one that is there costs no more.
    """

    def keeping(function: F) -> F:
        counted = 0

        def work_out(*arguments: Any) -> Any:
            nonlocal counted
            size = characters(*arguments)
            counted += size
            if counted > MOST_CHARACTERS:
                kept.cache_clear()
                counted = size
            return function(*arguments)

        kept: Any = lru_cache(maxsize=most)(work_out)
        kept.__doc__, kept.__name__ = function.__doc__, function.__name__
        kept.__module__, kept.__wrapped__ = function.__module__, function
        return kept

    return keeping
