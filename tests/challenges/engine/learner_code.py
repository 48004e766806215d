"""Calling a learner's code: whatever it does, what comes back is a result or a sentence that says what is wrong."""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from .criteria import NotStarted, NotYet, NoUse, Scene
from .excerpts import beginning
from .time_limit import CLOCK, Allowance, TookTooLong

END = os._exit  # the real one
SECONDS = 3.0  # of the processor, for one call of a learner's function
SECONDS_OF_WAITING = 10.0  # for it: generous, because some code sleeps a little on purpose
SECONDS_IN_ALL = 15.0  # of the processor, for all calls of one challenge
SECONDS_OF_WAITING_IN_ALL = 30.0
MOST_PRINTED = 20_000  # characters that are kept of what one call prints
MOST_FRAMES = 2_000  # on the way to an error, that are looked at
MANY_CALLS = 20  # of the model, in one call of a function: then the code does not end, and no machine is slow
HINTS = {
    "NameError": "Is this name spelt as it is where it gets its value? If it comes from elsewhere: is it imported?",
    "UnboundLocalError": "Does this name have a value on every way that leads here?",
    "AttributeError": "What is it that you ask for this attribute? Print it, or its type, in the line before.",
    "KeyError": "Which keys are there? Print them in the line before. Is this one spelt so, and does it get there at all?",
    "IndexError": "How long is the list there? Print len(…) of it in the line before.",
    "TypeError": "Which value is of another type than you thought? (The content of a message that calls functions is None.)",
    "other": "Read the error, then the line: what is different from what you expected there?",
}
OF_MESSAGES = ("role", "content", "name", "tool_calls", "tool_call_id")
NO_SUCH_KEY = "Which message has no such key? Print it in the line before."
NO_SUCH_ENCODING = (
    "tiktoken knows the models of OpenAI by name, and this is none of them. Which encoding do OpenAI's models of today have, "
    "and what of tiktoken takes the name of an encoding? (The lesson uses it.)"
)
DEPTH = "It calls itself again and again. Which call should be the last one?"


class Printed(StringIO):
    """What a learner's code prints: the beginning of it, and whoever closes it."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)

    def close(self) -> None:
        """It is read afterwards."""


class Work:
    """A learner's file. Every call of what it defines is guarded."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self._module: ModuleType | None = None
        self._stuck: NotYet | None = None
        self._computed = self._waited = 0.0  # seconds in the learner's code
        self._running = CLOCK.others_running()
        self.unmet = False  # whether a criterion has turned out not to be met
        self.printed = ""  # by the last call

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
        if self._stuck:
            raise NoUse(self._stuck)
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
        with self._guarded(name):
            result = function(*arguments, **named)
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
        return Guarded(self, result) if inspect.isclass(function) else result

    def _load(self) -> ModuleType:
        if self._stuck:
            raise NoUse(self._stuck)
        if self._module is None:
            if not self.path.is_file():
                raise self._no_use(
                    NotYet(
                        f"{self.name} is not there.",
                        hints=(f"workbook.py reset {int(self.path.stem[:2])} brings the starter back.",)
                        if self.path.stem[:2].isdigit()
                        else (),
                    )
                )
            linecache.checkcache(str(self.path))
            module = ModuleType(f"work_{self.path.stem}")
            module.__file__ = str(self.path)
            sys.modules[module.__name__] = module  # where dataclasses, pickle and others look for it
            with self._guarded(self.name, importing=True):  # no loader: its cached bytecode can be older than the file
                exec(compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True), vars(module))
            self._module = module
        return self._module

    def _no_use(self, problem: NotYet) -> NoUse:
        problem.judged = False
        self._stuck = problem
        return NoUse(problem)

    @contextmanager
    def _guarded(self, name: str, importing: bool = False) -> Iterator[None]:
        """Around a learner's code: what it raises becomes a sentence, what it prints is kept, its time is counted."""
        printed, used, calls = Printed(), Allowance(0, 0), Scene.calls
        try:
            with CLOCK.limit(SECONDS, SECONDS_OF_WAITING) as used, redirect_stdout(printed), _no_way_out():
                yield
        except (NotYet, NotStarted, NoUse):
            raise
        except NotImplementedError as error:
            if importing:
                raise self._no_use(self._error(name, error, importing)) from None
            raise NotStarted(f"{name} is not written yet.") from None
        except RecursionError as error:
            problem = NotYet(f"{name} calls itself without an end{self._place(error)}.", hints=(DEPTH,))
            raise (self._no_use(problem) if used.computed > 1 else problem) from None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not self.raised_by_hand(error):
                raise  # Ctrl-C
            if isinstance(error, TookTooLong):
                raise self._no_use(self._endless(name, error, Scene.calls - calls)) from None
            if end := self._end(name, error, importing):
                raise self._no_use(end) from None
            problem = self._error(name, error, importing)
            raise (self._no_use(problem) if importing else problem) from error
        finally:
            self.printed = printed.getvalue() or self.printed * importing
            self._count_time(name, used)

    def _count_time(self, name: str, used: Allowance) -> None:
        self._computed += used.computed
        self._waited += used.waited
        if self._stuck:
            return
        if self._computed > SECONDS_IN_ALL:
            slow = f"it has computed for {self._computed:.0f} seconds so far"
            hint = "What does it do again and again that could be done once?"
            if running := len(CLOCK.others_running() - self._running):
                hint = f"Threads that your code has started still run: {running}. What ends them, and is any of them needed?"
        elif self._waited > SECONDS_OF_WAITING_IN_ALL:
            slow = f"it has waited for {self._waited:.0f} seconds so far"
            hint = "What does it wait for in each call? Is there a sleep that nobody needs?"
        else:
            return
        what = f"{name} is so slow that not everything could be tried: {slow}."
        self._stuck = NotYet(what, hints=(hint,), judged=False)

    def _endless(self, name: str, error: TookTooLong, calls: int) -> NotYet:
        """What to say of a call that was interrupted. `calls`: how often it has called the model."""
        place = self._place(error)
        if calls > MANY_CALLS:
            return NotYet(
                f"{name} calls the model again and again{place}: {calls:,} times, and did not end.",
                hints=("When is the loop around this call to end? Print what it looks at there.",),
            )
        if self._in_the_client(error):
            return NotYet(
                f"The time ran out inside a call to the model{place}: this machine is slow, or busy with something else.",
                why="The offline model answers in some milliseconds where nothing is in its way.",
                hints=(
                    "Close what else is running, and check again. Only a request of enormous size could take so long.",
                ),
            )
        if error.waited:
            return NotYet(
                f"{name} did not end: it has waited for {SECONDS_OF_WAITING:.0f} seconds{place}.",
                hints=("Does it wait for what cannot come, such as a lock that your own code holds? Does it sleep?",),
            )
        return NotYet(
            f"{name} did not end within {SECONDS:.0f} seconds{place}.",
            hints=(
                "Does it go round a loop whose condition never becomes false, or do again and again what was done?",
            ),
        )

    def _in_the_client(self, error: BaseException) -> bool:
        """Whether it happened below a call that the learner's file makes of the client."""
        files = [Path(frame.filename) for frame in _frames(error)]
        below = files[max((i for i, file in enumerate(files) if file == self.path), default=-1) + 1 :]
        return self.path in files and any({"openai", "mock_model"} & set(file.parts) for file in below)

    def _end(self, name: str, error: BaseException, importing: bool) -> NotYet | None:
        """What to say of an error after which there is no use in calling the code again; None for other errors."""
        place = self._place(error)
        if isinstance(error, SystemExit):
            return NotYet(f"{name} ends the whole program{place}.", hints=("Take exit() out: return instead.",))
        if isinstance(error, MemoryError):
            hint = "Does a loop add to the very list that it goes through?"
            return NotYet(f"{name} uses up the memory{place}.", hints=(hint,))
        if isinstance(error, ModuleNotFoundError):
            what = f"{self.name} imports {error.name}, which is not installed{place}."
            return NotYet(what, hints=("Is it spelt right? The task needs nothing that is not there.",))
        if isinstance(error, SyntaxError) and (importing or error.filename == str(self.path)):  # not one of eval
            where = f"line {error.lineno}" if error.lineno else "a line"
            line = f": {error.text.strip()}" if error.text else ""
            hint = "Look at that line, and at the end of the one before it."
            return NotYet(f"Python cannot read {where} of {self.name}{line}", why=f"{error.msg}.", hints=(hint,))
        return None

    def raised_by_hand(self, error: BaseException) -> bool:
        frames = _frames(error)
        return bool(frames) and Path(frames[-1].filename) == self.path and "raise" in (frames[-1].line or "")

    def _error(self, name: str, error: BaseException, importing: bool) -> NotYet:
        """What to say of any other error."""
        if (isinstance(error, OSError) and "reading from stdin" in str(error)) or isinstance(error, EOFError):
            return NotYet(
                f"{name} waits for somebody to type{self._place(error)}.",
                hints=("Take input() out: what is needed comes in as arguments.",),
            )
        doing = "is read" if importing else "runs"
        words = _words(error)
        hint = HINTS.get(type(error).__name__, HINTS["other"])
        if isinstance(error, KeyError) and error.args and error.args[0] in OF_MESSAGES:
            hint = NO_SUCH_KEY
        if isinstance(error, KeyError) and "tiktoken" in Path(_frames(error)[-1].filename).parts:
            hint = NO_SUCH_ENCODING
        return NotYet(
            f"{name} stops with an error when it {doing}{self._place(error)}.",
            Scene.newest.shown if Scene.newest and not importing else (),
            beginning(words, 500),
            (hint,),
            judged=False,
        )

    def _place(self, error: BaseException) -> str:
        """Where in the learner's own file it happened: the last of its lines on the way to the error."""
        lines = [f.lineno for f in _frames(error) if Path(f.filename) == self.path]
        if not lines:
            return ""
        code = linecache.getline(str(self.path), lines[-1]).strip()
        return f", in line {lines[-1]} ({code})" if code else f", in line {lines[-1]}"


def _frames(error: BaseException) -> traceback.StackSummary:
    """The places on the way to an error, the last ones where there are very many: code that calls itself may lift the limit."""
    newest: deque[TracebackType] = deque(maxlen=MOST_FRAMES)
    step = error.__traceback__
    while step is not None:
        newest.append(step)
        step = step.tb_next
    return traceback.extract_tb(newest[0] if newest else None)


def _words(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}".removesuffix(": ")
    except Exception:
        return type(error).__name__


@contextmanager
def _no_way_out() -> Iterator[None]:
    """os._exit would end the checker without a word. What the code has forked ends here: it is no second checker."""
    checker, really = os.getpid(), os._exit

    def leave(code: int = 0) -> None:
        if os.getpid() != checker:
            END(code)
        sys.exit(code)

    os._exit = leave
    try:
        yield
    finally:
        if os.getpid() != checker:
            END(0)
        os._exit = really


class Guarded:
    """An object of a learner's class, whose attributes and methods are as guarded as functions."""

    def __init__(self, work: Work, thing: Any) -> None:
        self._work, self._thing = work, thing

    def __getattr__(self, wanted: str) -> Any:
        name = f"{type(self._thing).__name__}.{wanted}"
        with self._work._guarded(name):
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


MISSING = object()
