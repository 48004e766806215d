"""What is said of an error in a learner's code: in which of its lines, and what to look for. No traceback."""

from __future__ import annotations

import linecache
import re
import traceback
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from . import time_limit
from .criteria import NotYet, Scene
from .excerpts import beginning
from .time_limit import TookTooLong

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
OTHER_ARGUMENTS = (
    "What is called in that line, and which arguments does it take, by which names? help(…) of it, or the line that defines it, "
    "says so: one that stands behind a * there is given by its name."
)
WRONG_ARGUMENTS = re.compile(
    r"positional arguments? but|(?:unexpected|invalid) keyword argument|missing \d+ required|multiple values for|"
    r"takes no (?:keyword )?arguments|takes (?:exactly|at most|at least) .* arguments?"
)
NO_SUCH_KEY = "Which message has no such key? Print it in the line before."
NO_SUCH_ENCODING = (
    "tiktoken knows the models of OpenAI by name, and this is none of them. Which encoding do OpenAI's models of today have, "
    "and what of tiktoken takes the name of an encoding? (The lesson uses it.)"
)
DEPTH = "It calls itself again and again. Which call should be the last one?"


@dataclass
class LearnersFile:
    """A file, and its name as its owner knows it: what can be said of the errors that come out of it."""

    path: Path
    name: str

    def calls_itself(self, function: str, error: BaseException) -> NotYet:
        return NotYet(f"{function} calls itself without an end{self._place(error)}.", hints=(DEPTH,))

    def did_not_end(self, function: str, error: TookTooLong, calls: int) -> NotYet:
        """What to say of a call that was interrupted. `calls`: how often it has called the model."""
        place = self._place(error)
        if calls > MANY_CALLS:
            return NotYet(
                f"{function} calls the model again and again{place}: {calls:,} times, and did not end.",
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
                f"{function} did not end: it has waited for {time_limit.SECONDS_OF_WAITING:.0f} seconds{place}.",
                hints=("Does it wait for what cannot come, such as a lock that your own code holds? Does it sleep?",),
            )
        return NotYet(
            f"{function} did not end within {time_limit.SECONDS:.0f} seconds{place}.",
            hints=(
                "Does it go round a loop whose condition never becomes false, or do again and again what was done?",
            ),
        )

    def ends_here(self, function: str, error: BaseException, importing: bool) -> NotYet | None:
        """What to say of an error after which there is no use in calling the code again; None for other errors."""
        place = self._place(error)
        if isinstance(error, SystemExit):
            return NotYet(f"{function} ends the whole program{place}.", hints=("Take exit() out: return instead.",))
        if isinstance(error, MemoryError):
            hint = "Does a loop add to the very list that it goes through?"
            return NotYet(f"{function} uses up the memory{place}.", hints=(hint,))
        if isinstance(error, ModuleNotFoundError):
            what = f"{self.name} imports {error.name}, which is not installed{place}."
            return NotYet(what, hints=("Is it spelt right? The task needs nothing that is not there.",))
        if isinstance(error, SyntaxError) and (importing or error.filename == str(self.path)):  # not one of eval
            where = f"line {error.lineno}" if error.lineno else "a line"
            line = f": {error.text.strip()}" if error.text else ""
            hint = "Look at that line, and at the end of the one before it."
            return NotYet(f"Python cannot read {where} of {self.name}{line}", why=f"{error.msg}.", hints=(hint,))
        return None

    def stops(self, function: str, error: BaseException, importing: bool) -> NotYet:
        """What to say of any other error."""
        if (isinstance(error, OSError) and "reading from stdin" in str(error)) or isinstance(error, EOFError):
            return NotYet(
                f"{function} waits for somebody to type{self._place(error)}.",
                hints=("Take input() out: what is needed comes in as arguments.",),
            )
        doing = "is read" if importing else "runs"
        hint = HINTS.get(type(error).__name__, HINTS["other"])
        if isinstance(error, TypeError) and WRONG_ARGUMENTS.search(str(error)):
            hint = OTHER_ARGUMENTS
        if isinstance(error, KeyError) and error.args and error.args[0] in OF_MESSAGES:
            hint = NO_SUCH_KEY
        if isinstance(error, KeyError) and "tiktoken" in Path(_frames(error)[-1].filename).parts:
            hint = NO_SUCH_ENCODING
        return NotYet(
            f"{function} stops with an error when it {doing}{self._place(error)}.",
            Scene.newest.shown if Scene.newest and not importing else (),
            beginning(_words(error), 500),
            (hint,),
            judged=False,
        )

    def raised_by_hand(self, error: BaseException) -> bool:
        """Whether it comes from a `raise` in the file."""
        frames = _frames(error)
        return bool(frames) and Path(frames[-1].filename) == self.path and "raise" in (frames[-1].line or "")

    def _in_the_client(self, error: BaseException) -> bool:
        """Whether it happened below a call that the file makes of the client."""
        files = [Path(frame.filename) for frame in _frames(error)]
        below = files[max((i for i, file in enumerate(files) if file == self.path), default=-1) + 1 :]
        return self.path in files and any({"openai", "mock_model"} & set(file.parts) for file in below)

    def _place(self, error: BaseException) -> str:
        """Where in the file it happened: the last of its lines on the way to the error."""
        lines = [f.lineno for f in _frames(error) if Path(f.filename) == self.path]
        if not lines:
            return ""
        if isinstance(
            error, RecursionError
        ):  # it may come out at the beginning of a function: what matters is the call
            lines = [line for line in lines if not self._code(line).startswith(("def ", "@"))] or lines
        code = self._code(lines[-1])
        return f", in line {lines[-1]} ({code})" if code else f", in line {lines[-1]}"

    def _code(self, line: int) -> str:
        return linecache.getline(str(self.path), line).strip()


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
