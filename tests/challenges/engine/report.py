"""What a learner reads: which criteria are met, and of the first that is not, the conversation, the reason and a hint."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis.errors import Flaky

from chat_memory import message_tokens

from .criteria import Lines, NotJudgedHere, NotStarted, NotYet, NoUse, Scene, Shown, Texts
from .excerpts import beginning, excerpt
from .results import WIDTH
from .where_it_runs import has_processes

MOST_ROWS = 9
PRINTED = "Printed on the way:"  # above what the code has printed
Problem = NotYet | NotStarted | NotJudgedHere


def problem_of(error: BaseException) -> Problem | None:
    """What to tell the learner, where the error is about their code, or about what there is not here."""
    if isinstance(error, NoUse):
        return error.problem
    if isinstance(error, Problem):
        return error
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error) and not has_processes():
        return NotJudgedHere()
    if isinstance(error, Flaky):
        return NotYet(
            "Called again with the same conversation, the code did something else.",
            Scene.newest.shown if Scene.newest else (),
            why="What is sent must depend on the conversation alone, or a problem can never be found again.",
            hints=("What does it keep between two calls? Look for global, for default lists, for caches, for random.",),
        )
    return None


def explained(problem: Problem, printed: str = "") -> str:
    """A criterion that is not met, in full, with the first hint."""
    blocks = [_block(shown) for shown in problem.shown]
    if printed.strip():
        lines = [f"  {_one_line(line)}" for line in printed.strip().splitlines()[:5]]
        blocks.append("\n".join([PRINTED, *lines]))
    blocks += [_wrapped(text) for text in (str(problem), problem.why) if text]
    if problem.hints:
        blocks.append(_wrapped(f"Hint: {problem.hints[0]}"))
    return textwrap.indent("\n\n".join(blocks), "    ")


def _block(shown: Shown) -> str:
    if isinstance(shown.what, Texts):
        on_one_line = f"{shown.title}: {_clean(_safely(list(shown.what)))}"
        if len(on_one_line) <= WIDTH - 4:
            return on_one_line
        return "\n".join([f"{shown.title}:", *rows(shown.what, _text, "more")])
    if isinstance(shown.what, Lines):
        return "\n".join([f"{shown.title}:", *rows(shown.what, _line, "lines")])
    if isinstance(shown.what, (list, tuple)):
        return "\n".join([f"{shown.title}:", *rows(shown.what)])
    text = shown.what if isinstance(shown.what, str) else _safely(shown.what)
    return f"{shown.title}: {_one_line(text, max(50, WIDTH - len(shown.title) - 6))}"


def rows(messages: Sequence[Any], row: Callable[[Any], str] | None = None, kind: str = "messages") -> list[str]:
    """A conversation as lines: who speaks, what is said, its tokens. Or other things, with `row` for a line of them."""
    if not messages:
        return ["  (nothing)"]
    hidden = len(messages) - MOST_ROWS if len(messages) > MOST_ROWS + 1 else 0
    lines = []
    for number, message in enumerate(messages):
        if hidden and 3 <= number < 3 + hidden:
            if number == 3:
                lines.append(f"  … {hidden} {kind} …")
            continue
        lines.append(f"  {(row or _row)(message)}")
    return lines


def _text(text: Any) -> str:
    """One text, with its quotation marks: a space or a line break at its end can be seen."""
    return _one_line(_safely(text), WIDTH - 8)


def _line(text: Any) -> str:
    """One line of a text; what goes on below stands further to the right."""
    return textwrap.fill(_one_line(text, 2 * WIDTH), WIDTH - 8, subsequent_indent="    ")


def _row(message: Any) -> str:
    """One message; whatever a learner has put into it, it is shown."""
    try:
        said, calls = message.get("content"), message.get("tool_calls") or []
        if isinstance(said, list):
            said = " ".join(str(part.get("text", "…")) for part in said)
        said = said or ", ".join(f"calls {call['function']['name']}" for call in calls)
        others = sorted(map(str, message.keys() - {"role", "content", "tool_calls", "tool_call_id", "name"}))
        label = message.get("tool_call_id") or message.get("name") or (f"with {', '.join(others)}" if others else "")
        row = f"{_one_line(message['role'], 10):<10} {_one_line((f'({label}) ' if label else '') + str(said)):<50}"
    except Exception:
        return f"no message: {_one_line(_safely(message), 52)}"
    try:
        return f"{row} {message_tokens(message):>6,}"
    except (TypeError, ValueError):
        return row.rstrip()


def _safely(value: Any) -> str:
    """How a value is written, even if it cannot write itself."""
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _one_line(text: str, width: int = 50) -> str:
    """A text in one line; of a long one its beginning and its end."""
    return excerpt(_clean(" ".join(text.split())), width)


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(_clean(line), WIDTH - 4) for line in beginning(text, 1_500).splitlines())
