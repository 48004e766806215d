"""What a server says where it gives no reply, in words that fit into an error, whatever it is that came."""

import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from ..content import field
from ..unsendable import whole

LONGEST_WORDS = 300  # characters of what a server says that go into an error


def no_reply(answer: Any) -> str:
    """What is wrong with an answer that holds no reply, in the server's words."""
    words = short(words_of(answer))
    if isinstance(answer, (str, bytes)):
        kind = "a web page" if "<html" in str(answer).lower() else "a text"
        place = "Is the client's base_url right? For most servers it ends in /v1."
        return f"The server answered with {kind} in place of a reply: {words or 'an empty one'!r}. {place}"
    return f"The server's answer holds no reply: {words}. Ask again, or look whether the server has this model."


def words_of(answer: Any, deep: int = 3) -> str:
    """What an answer says: of a web page its text, of an error its message, else all of it. Never fails."""
    if isinstance(answer, (str, bytes)):
        text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
        return re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^<>]*>", " ", text)
    for name in ("error", "message", "msg", "detail") if deep else ():
        if said := field(answer, name):
            return words_of(said, deep - 1)
    try:
        plain = answer.model_dump() if hasattr(type(answer), "model_dump") else answer
        return json.dumps(plain, ensure_ascii=False, default=_plain)
    except Exception:  # keys that JSON has not, a circle, an object that cannot be written
        return _shown(answer)


def told_by(error: BaseException) -> str:
    """What an error of the client says, and the server with it, which the client leaves out of bodies without a message.

    What is there of the request itself (`input`) is left out.
    """
    body = getattr(error, "body", None)
    said = str(error)
    if not body or (isinstance(body, dict) and body.get("message")):
        return said
    return " ".join([said, *(text for text in _texts(body) if text not in said)])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner) if name != "input" else ()
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


def short(text: str) -> str:
    """A text as one line, cut where it is long."""
    text = whole(" ".join(text.split()))
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]} …"


def _plain(value: Any) -> Any:
    return vars(value) if isinstance(value, SimpleNamespace) else _shown(value)


def _shown(value: Any) -> str:
    try:
        return str(value)
    except Exception:
        return f"an object of the type {type(value).__name__}"
