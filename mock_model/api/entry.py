"""What is checked of a request before anybody looks into it: its key, its method, and whether its body is JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2

from mock_model.api.bodies import ApiError

_NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble "
    "figuring out how to fix this, please contact us through our help center at help.openai.com.)"
)
_NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API "
    "from your browser and are prompted for a username and password. You can obtain an API key from "
    "https://platform.openai.com/account/api-keys."
)

_SURROGATE = re.compile(rb"\\u[dD][89abAB]|\\u[dD][c-fC-F]")


def key_in(headers: httpx2.Headers) -> str:
    """The API key in a request's headers, "" where there is none: "Bearer", in letters of any size, a blank, the key."""
    scheme, _, key = headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def check_key(request: httpx2.Request, expected: str | None) -> None:
    """Raise the ApiError for a request without a key, or with another than the expected one, if there is one."""
    key = key_in(request.headers)
    if not key:
        raise ApiError(401, _NO_KEY)
    if expected is not None and key != expected:
        masked = key if len(key) <= 12 else key[:8] + "*" * (len(key) - 12) + key[-4:]
        message = (
            f"Incorrect API key provided: {masked}. "
            "You can find your API key at https://platform.openai.com/account/api-keys."
        )
        raise ApiError(401, message, code="invalid_api_key")


def check_method(method: str, expected: str, path: str) -> None:
    """Raise the ApiError for a method that this path does not answer."""
    if method != expected:
        message = (
            f"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?) "
            f"The offline model offers {expected} only."
        )
        raise ApiError(405, message)


def parse(content: bytes) -> Any:
    """The body of a request. Half an emoji in it ("\\ud83d" alone) is no Unicode, and refused as what is no JSON is.

    OpenAI refuses it too, as its users report; whether in these words is not known. Raises ApiError for both.
    """
    try:
        body = _DECODER.decode(content.decode("utf-8"))
        if _SURROGATE.search(content):
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ApiError(400, _NOT_JSON) from error
    return body


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")


_DECODER = json.JSONDecoder(parse_constant=_no_number)
