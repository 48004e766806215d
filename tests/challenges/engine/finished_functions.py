"""What the workbook has finished is not for use where a learner is to write it: then it says so, and does nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from inspect import isfunction
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .criteria import NotYet
from .learner_code import Work
from .preconditions import let_chance_begin_elsewhere

OF_A_REQUEST = {"openai", "httpx2"}  # packages through which a request goes
INSTEAD: dict[str, Callable] = {}  # what is done in place of a function, by module and name


class Finished:
    """A module of chat_memory, none of whose functions works while a learner's function runs.

    Only then: to compare the two beside it is all right. A function refuses by whatever name, and from whatever place, it is
    called: its code is exchanged. `server` is a module that the offline server needs too: it works below a request only.
    """

    def __init__(self, module: ModuleType, hints: Sequence[str], server: ModuleType | None = None) -> None:
        self._hints = tuple(hints)
        self._used: NotYet | None = None
        self._codes: list[tuple[FunctionType, CodeType]] = []
        for function in _functions(module):
            self._codes.append((function, _code_of(function, self._refuse)))
        for function in _functions(server) if server else ():
            self._codes.append((function, _code_of(function, self._below_a_request_only(function))))

    def call(self, challenge: Work, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a learner's function, and refuse it if it leaves the work to the module."""
        function = challenge.get(name)
        let_chance_begin_elsewhere(challenge)
        self._used = None
        try:
            with self._put_aside():
                return challenge.run(function, name, *arguments, **named)
        finally:
            if self._used:  # even where the learner's code caught it
                raise self._used from None

    def _refuse(self, *_: Any, **__: Any) -> None:
        self._stop("Your function leaves the work to the finished one of chat_memory.")

    def _below_a_request_only(self, function: FunctionType) -> Callable:
        as_it_was = FunctionType(
            function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        as_it_was.__kwdefaults__ = function.__kwdefaults__

        def looking(*arguments: Any, **named: Any) -> Any:
            if not _is_below_a_request():
                self._stop("Your function leaves the work to the offline server's own code.")
            return as_it_was(*arguments, **named)

        return looking

    def _stop(self, what: str) -> None:
        why = "Here you find out what is in that one. From the next lesson on it is yours to use."
        self._used = NotYet(what, why=why, hints=self._hints, judged=False)
        raise self._used

    @contextmanager
    def _put_aside(self) -> Iterator[None]:
        """Meanwhile, the functions have other code."""
        really = [(function, function.__code__) for function, _ in self._codes]
        try:
            for function, code in self._codes:
                function.__code__ = code
            yield
        finally:
            for function, code in really:
                function.__code__ = code


def _functions(module: ModuleType) -> list[FunctionType]:
    """The functions that a module defines, but for closures, whose code cannot be exchanged."""
    found = [thing for thing in vars(module).values() if isfunction(thing) and thing.__module__ == module.__name__]
    return [function for function in found if not function.__code__.co_freevars]


def _code_of(function: FunctionType, instead: Callable) -> CodeType:
    """The code of a function that does something else in the place of this one."""
    key = f"{function.__module__}.{function.__qualname__} {len(INSTEAD)}"
    INSTEAD[key] = instead
    source = f"def {function.__name__}(*arguments, **named):\n    from {__name__} import INSTEAD\n"
    made: dict[str, Any] = {}
    exec(f"{source}    return INSTEAD[{key!r}](*arguments, **named)\n", made)
    return made[function.__name__].__code__


def _is_below_a_request() -> bool:
    frame = sys._getframe(1)
    while frame is not None:
        if _is_of_a_request(frame.f_code.co_filename):
            return True
        frame = frame.f_back
    return False


@cache
def _is_of_a_request(file: str) -> bool:
    return not OF_A_REQUEST.isdisjoint(Path(file).parts)
