"""What chat_memory has finished is not for use where a learner is to write it: then it says so, and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import isfunction
from types import ModuleType
from typing import Any

import chat_memory
from calling import Work
from criteria import NotYet
from judging import let_chance_begin_elsewhere


class Finished:
    """A module of chat_memory, none of whose functions works while a learner's function runs.

    Only then: to compare the two beside it is all right.
    """

    def __init__(self, module: ModuleType, hints: Sequence[str]) -> None:
        functions = {name: thing for name, thing in vars(module).items() if isfunction(thing)}
        functions = {name: thing for name, thing in functions.items() if thing.__module__ == module.__name__}
        self._hints, self._refuses = hints, False
        self._used: NotYet | None = None
        self._places = [
            (place, name, thing, self._refusing(thing))
            for name, thing in functions.items()
            for place in (module, chat_memory)
            if vars(place).get(name) is thing
        ]

    def call(self, challenge: Work, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a learner's function, and refuse it if it leaves the work to the module."""
        with self._put_aside():
            function = challenge.get(name)
            let_chance_begin_elsewhere(challenge)
            self._used, self._refuses = None, True
            try:
                return challenge.run(function, name, *arguments, **named)
            finally:
                self._refuses = False
                if self._used:  # even where the learner's code caught it
                    raise self._used from None

    def _refusing(self, function: Callable) -> Callable:
        @wraps(function)
        def refusing(*arguments: Any, **named: Any) -> Any:
            if not self._refuses:
                return function(*arguments, **named)
            self._used = NotYet(
                "Your function leaves the work to the finished one of chat_memory.",
                why="Here you find out what is in that one. From the next lesson on it is yours to use.",
                hints=tuple(self._hints),
            )
            raise self._used

        return refusing

    @contextmanager
    def _put_aside(self) -> Iterator[None]:
        """Under the names of the functions stand those that refuse: whoever imports them now has these."""
        try:
            for place, name, _, refusing in self._places:
                setattr(place, name, refusing)
            yield
        finally:
            for place, name, function, _ in self._places:
                setattr(place, name, function)
