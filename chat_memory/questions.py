"""A question: a text, or parts such as a text and a picture. What is none is refused before anything is sent."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from .content import TEXT_PARTS, copied, kind_of
from .messages import Message
from .unsendable import all_whole

Question: TypeAlias = str | Sequence[Mapping[str, Any]]
EXAMPLE = "{'type': 'image_url', 'image_url': {'url': 'data:image/png;base64,…'}}"
HELD = {
    "image_url": ("url",),
    "input_audio": ("data", "format"),
    "file": (),
}  # OpenAI's parts, and what has to be in them


def question_message(question: Any) -> Message:
    """A question as a message of its own, which shares nothing with what the caller gave; half an emoji becomes U+FFFD.

    Raises TypeError or ValueError, with the place, for what is no question.
    """
    if isinstance(question, (list, tuple)):
        for i, part in enumerate(question):
            _check(part, f"The question's part {i}")
        has_words = any(part["type"] != "text" or part["text"].strip() for part in question)
    elif isinstance(question, str):
        has_words = bool(question.strip())
    else:
        raise TypeError(f"A question is text, or a list of parts such as {EXAMPLE}, not {type(question).__name__}.")
    if not has_words:
        raise ValueError("The question is empty. Ask something.")
    content = question if isinstance(question, str) else [copied(part) for part in question]
    return {"role": "user", "content": all_whole(content)}


def words_of(question: Message) -> str:
    """The words of a question, without what else it holds."""
    content = question.get("content")
    if isinstance(content, str) or content is None:
        return content or ""
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def _check(part: Any, where: str) -> None:
    """Raises TypeError or ValueError for what no request could hold, or no summary could name."""
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(kind, str):
        raise TypeError(
            f"{where} must be a dict with a type, such as {EXAMPLE}, got {part if kind else type(part).__name__!s:.60}."
        )
    if kind == "text":
        if not isinstance(part.get("text"), str):
            raise TypeError(f"{where} must hold its text: {{'type': 'text', 'text': '…'}}.")
        return
    if kind in TEXT_PARTS or not kind_of(part):
        raise ValueError(
            f"{where} is of the type {kind!r:.40}, which no question has. Types are 'text' and {', '.join(map(repr, HELD))}."
        )
    held = part.get(kind)
    if kind in HELD and not (isinstance(held, dict) and all(isinstance(held.get(name), str) for name in HELD[kind])):
        inside = ", ".join(f"{name!r}: '…'" for name in HELD[kind]) or "…"
        raise TypeError(f"{where} must look like {{'type': {kind!r}, {kind!r}: {{{inside}}}}}.")
