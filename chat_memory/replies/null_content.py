"""A message with calls and no text: its content is null, as OpenAI sends it, or empty for servers that refuse a null."""

import re
from typing import Any

from .server_words import told_by
from .steps import Request

NULL_CONTENT = "null content"
CALLS = ("tool_calls", "function_call")
# A check of the form says "content", a template that joins texts "NoneType", and some servers fail with a 500 over it.
NAMES_IT = re.compile(r"content\b|\bnull\b|None(Type)?\b")
STATUS = (400, 422, 500)


def has_null(request: Request) -> bool:
    """Whether a message of the request has calls, and no content."""
    return any(map(_is_without, request["messages"]))


def with_empty_texts(request: Request) -> Request:
    """The request with an empty text in the place of each such null."""
    messages = [{**message, "content": ""} if _is_without(message) else message for message in request["messages"]]
    return request | {"messages": messages}


def refuses_null(error: Exception, request: Request) -> bool:
    """Whether an error may be about a null in the request."""
    return getattr(error, "status_code", None) in STATUS and has_null(request) and bool(NAMES_IT.search(told_by(error)))


def _is_without(message: Any) -> bool:
    return message.get("content") is None and any(message.get(name) for name in CALLS)
