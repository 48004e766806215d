"""Messages that are plain values already are sent as they are: the openai package need not look at each of them first."""

import json
from collections.abc import Callable
from typing import Any


def sent(create: Callable[..., Any], request: dict[str, Any]) -> Any:
    """What a client's `create` returns for a request.

    The openai package looks at each field of each message before it sends them, which takes most of the time of a long
    conversation; with plain values there is nothing to be changed.
    """
    messages = request.get("messages")
    if not str(getattr(create, "__module__", "")).startswith("openai.") or not isinstance(messages, list):
        return create(**request)
    try:
        json.dumps(messages)
    except (TypeError, ValueError):  # objects of a library, which have to be turned into dicts
        return create(**request)
    return create(
        **request | {"messages": [], "extra_body": {**(request.get("extra_body") or {}), "messages": messages}}
    )
