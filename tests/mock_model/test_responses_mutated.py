"""Right requests with something in them changed: each is answered as the client's types want it, or refused in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import Response
from openai.types.responses.response_item_list import ResponseItemList

from mock_model import MockServer
from mock_model.server import BASE_URL

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = {"type": "function", "name": "weather", "description": "The weather.", "parameters": CITY, "strict": True}
LETTERS = {"type": "grammar", "syntax": "regex", "definition": "a+"}
TOOLS = [WEATHER, {"type": "custom", "name": "code", "description": "Runs code.", "format": LETTERS}]
ASKED = {"model": "offline-thinker", "input": "What is the weather in Paris?", "tools": TOOLS}
VALUES = (
    *(None, True, False, 0, -1, 1.5, 16, 10**9, "", "auto", "none", "user", "message", "function_call", "reasoning"),
    *("compaction", "item_reference", "msg_1", [], {}, [[]], [{}], ["a"], {"a": 1}, {"type": "text"}, {"id": "x"}),
)
KEYS = ("id", "type", "strange", "status", "phase", "output", "content", "name", "encrypted_content", "summary")


def send(server: MockServer, method: str, path: str, body: Any = None) -> httpx2.Response:
    content = None if body is None else json.dumps(body).encode()
    headers = {"authorization": "Bearer offline"}
    return server.handle(httpx2.Request(method, f"{BASE_URL}{path}", headers=headers, content=content))


@pytest.fixture(scope="module")
def server() -> MockServer:
    return MockServer()


@pytest.fixture(scope="module")
def right(server: MockServer) -> list[dict[str, Any]]:
    """Requests that are answered."""
    first = send(server, "POST", "/responses", ASKED).json()
    talk = send(server, "POST", "/conversations", {"items": [{"role": "user", "content": "Hi"}]}).json()
    call = first["output"][-1]
    output = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": [{"type": "input_text", "text": "18"}],
    }
    user, told = {"role": "user", "content": ASKED["input"]}, {"type": "output_text", "text": "18", "annotations": []}
    said = {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [told]}
    rules = {"role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]}
    chosen = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]}
    form = {"type": "json_schema", "name": "place", "schema": CITY, "strict": True}
    offline = {"model": "offline-model"}
    return [
        {**ASKED, "input": [rules, user, *first["output"], output, said, user], "tool_choice": chosen},
        {**offline, "input": [output], "previous_response_id": first["id"], "tools": TOOLS, "truncation": "auto"},
        {
            **offline,
            "input": "Hi",
            "conversation": {"id": talk["id"]},
            "text": {"format": form},
            "metadata": {"a": "b"},
        },
        {**offline, "input": [user, said], "reasoning": {"effort": "low", "summary": "auto"}, "max_output_tokens": 40},
        {**offline, "input": [{"type": "item_reference", "id": first["output"][0]["id"]}, call, output, user]},
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def change(body: dict[str, Any], random: Random) -> None:
    """Take something out of a request, put something in, or something in its place."""
    *way, last = random.choice(list(places(body)))
    around: Any = body
    for key in way:
        around = around[key]
    done = random.choice(("out", "in", "other", "other"))
    if done == "out":
        del around[last]
    elif done == "in" and isinstance(around, list):
        around.insert(last, copy.deepcopy(around[last]))
    else:
        around[last if done == "other" else random.choice(KEYS)] = copy.deepcopy(random.choice(VALUES))


def test_they_are_right(server: MockServer, right: list[dict[str, Any]]) -> None:
    assert [send(server, "POST", "/responses", body).status_code for body in right] == [200] * len(right)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 3))
def test_a_changed_request_is_answered_or_refused(
    server: MockServer, right: list[dict[str, Any]], seed: int, times: int
) -> None:
    random = Random(seed)
    body = copy.deepcopy(random.choice(right))
    for _ in range(times):
        change(body, random)
    for path in ("/responses", "/responses/input_tokens", "/responses/compact"):
        answer = send(server, "POST", path, body)
        if answer.status_code != 200:
            assert answer.json()["error"]["message"]
        elif path == "/responses" and not body.get("stream"):
            response = Response.model_validate_json(answer.content, strict=True)
            if response.store:
                listed = send(server, "GET", f"/responses/{response.id}/input_items")
                ResponseItemList.model_validate_json(listed.content, strict=True)
