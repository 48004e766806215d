"""A learner's file, and calls of what it defines: what comes back is a result or a sentence that says what is wrong."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from .criteria import NotYet, NoUse
from .errors_in_words import LearnersFile
from .guarded_call import Guard
from .time_limit import TookTooLong

__all__ = ["Guarded", "TookTooLong", "Work"]

MISSING = object()


class Work:
    """A learner's file. Every call of what it defines is guarded."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._module: ModuleType | None = None
        self._file = LearnersFile(path, name)
        self.guard = Guard(self._file)
        self.unmet = False  # whether a criterion has turned out not to be met
        self.calls = 0  # for each of which chance begins elsewhere

    @property
    def printed(self) -> str:
        """What the last call has printed."""
        return self.guard.printed

    def get(self, wanted: str) -> Any:
        """What the file defines under this name."""
        module = self._load()
        if not hasattr(module, wanted):
            near = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
            there = f" It defines {', '.join(near)}." if near else ""
            raise NotYet(
                f"{self.name} has no {wanted}.{there}",
                why="The checker calls it by this name.",
                hints=(f"Is it spelt {wanted}, at the left margin of the file? (The starter has it.)",),
                judged=False,
            )
        return getattr(module, wanted)

    def call(self, wanted: str, *arguments: Any, **named: Any) -> Any:
        """Call what the file defines under this name."""
        return self.run(self.get(wanted), wanted, *arguments, **named)

    def run(self, function: Callable, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a learner's function; raise NotYet with a kind sentence for everything that it does instead of returning."""
        self._give_up_if_stuck()
        try:
            inspect.signature(function).bind(*arguments, **named)
        except TypeError as error:
            raise NotYet(
                f"{name} cannot be called as the task says: {error}.",
                why="The task fixes the arguments.",
                hints=(f"Compare the line def {name}(…) with the one in the starter.",),
                judged=False,
            ) from None
        except ValueError:
            pass  # a signature that cannot be read
        with self.guard.around(name):
            result = function(*arguments, **named)
            expect_at_once(result, name)
        return Guarded(self, result) if inspect.isclass(function) else result

    def raised_by_hand(self, error: BaseException) -> bool:
        """Whether it comes from a `raise` in the learner's file."""
        return self._file.raised_by_hand(error)

    def _give_up_if_stuck(self) -> None:
        if self.guard.stuck:
            raise NoUse(self.guard.stuck)

    def _load(self) -> ModuleType:
        self._give_up_if_stuck()
        if self._module is None:
            if not self.path.is_file():
                number = self.path.stem[:2]
                back = (f"workbook.py reset {int(number)} brings the starter back.",) if number.isdigit() else ()
                raise self.guard.no_use(NotYet(f"{self.name} is not there.", hints=back))
            linecache.checkcache(str(self.path))
            module = ModuleType(f"work_{self.path.stem}")
            module.__file__ = str(self.path)
            sys.modules[module.__name__] = module  # where dataclasses, pickle and others look for it
            with self.guard.around(self.name, importing=True):  # no loader: cached bytecode can be older than the file
                exec(compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True), vars(module))
            self._module = module
        return self._module


def expect_at_once(result: Any, name: str) -> None:
    """Expect a result, and no promise of one: what is async, or handed out bit by bit."""
    if inspect.iscoroutine(result):
        result.close()
        raise NotYet(f"{name} is async, and nobody awaits it.", hints=("Write def, not async def.",))
    if inspect.isgenerator(result):
        expression = result.gi_code.co_name == "<genexpr>"
        raise NotYet(
            f"{name} hands out its results one by one ({'a generator' if expression else 'it holds yield'}).",
            hints=(
                "Write [ … ] around it in place of ( … )."
                if expression
                else "Collect the results, and return them at the end.",
            ),
        )


class Guarded:
    """An object of a learner's class, whose attributes and methods are as guarded as functions."""

    def __init__(self, work: Work, thing: Any) -> None:
        self._work, self._thing = work, thing

    def __getattr__(self, wanted: str) -> Any:
        name = f"{type(self._thing).__name__}.{wanted}"
        with self._work.guard.around(name):
            found = getattr(self._thing, wanted, MISSING)
        if found is MISSING:
            raise NotYet(
                f"{type(self._thing).__name__} has no {wanted}.",
                why="The checker uses it by this name.",
                hints=(f"Is it spelt {wanted}? The starter has it.",),
            )
        if not callable(found):
            return found
        return lambda *arguments, **named: self._work.run(found, name, *arguments, **named)
