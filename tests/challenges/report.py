"""What a learner reads: which criteria are met, and of the first that is not, the conversation, the reason and a hint."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from chat_memory import message_tokens
from criteria import NotStarted, NotYet, NoUse, Shown

WIDTH = 78
MOST_ROWS = 9
GREEN, RED, FAINT, BOLD, PLAIN = "\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"


def painter(colour: bool) -> Any:
    """A function that puts text into a colour, or leaves it as it is."""
    return (lambda text, paint: f"{paint}{text}{PLAIN}") if colour else lambda text, paint: text


def problem_of(error: BaseException) -> NotYet | NotStarted | None:
    """What to tell the learner, where the error is about their code."""
    if isinstance(error, NoUse):
        return error.problem
    return error if isinstance(error, (NotYet, NotStarted)) else None


def explained(problem: NotYet | NotStarted, printed: str = "", *, colour: bool, hint: str = "") -> str:
    """A criterion that is not met, in full. `hint` is how the next hint is asked for."""
    paint = painter(colour)
    blocks = [_block(shown) for shown in problem.shown]
    if printed.strip():
        blocks.append(
            "\n".join(["Printed on the way:", *(f"  {_one_line(line)}" for line in printed.strip().splitlines()[:5])])
        )
    blocks.append(_wrapped(str(problem)))
    if problem.why:
        blocks.append(_wrapped(problem.why))
    if problem.hints:
        blocks.append(
            paint(_wrapped(f"Hint: {problem.hints[0]}"), BOLD) + (paint(f"\n({hint})", FAINT) if hint else "")
        )
    return textwrap.indent("\n\n".join(blocks), "    ")


def _block(shown: Shown) -> str:
    if isinstance(shown.what, (list, tuple)):
        return "\n".join([f"{shown.title}:", *rows(shown.what)])
    text = shown.what if isinstance(shown.what, str) else repr(shown.what)
    return f"{shown.title}: {_one_line(text)}"


def rows(messages: Sequence[Any]) -> list[str]:
    """A conversation as lines: who speaks, what is said, its tokens."""
    if not messages:
        return ["  (nothing)"]
    hidden = len(messages) - MOST_ROWS if len(messages) > MOST_ROWS + 1 else 0
    lines = []
    for number, message in enumerate(messages):
        if hidden and 3 <= number < 3 + hidden:
            if number == 3:
                lines.append(f"  … {hidden} messages …")
            continue
        lines.append(f"  {_row(message)}")
    return lines


def _row(message: Any) -> str:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        return f"no message: {_one_line(repr(message), 52)}"
    said = message.get("content")
    if isinstance(said, list):
        said = " ".join(str(part.get("text", "…")) for part in said if isinstance(part, dict))
    calls = message.get("tool_calls") or []
    text = said if said else "calls " + ", ".join(call["function"]["name"] for call in calls) if calls else said or ""
    others = sorted(map(str, message.keys() - {"role", "content", "tool_calls", "tool_call_id", "name"}))
    label = message.get("tool_call_id") or message.get("name") or (f"with {', '.join(others)}" if others else "")
    answered = f"({label}) " if label else ""
    try:
        tokens = f"{message_tokens(message):>6,}"
    except (TypeError, ValueError):
        tokens = ""
    return f"{message['role']:<10} {_one_line(answered + str(text)):<50} {tokens}".rstrip()


def _one_line(text: str, width: int = 50) -> str:
    text = " ".join(str(text).split())
    text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= width else f"{text[: width - 16].rstrip()} … {text[-12:].lstrip()}"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, WIDTH - 4) for line in text.splitlines())
