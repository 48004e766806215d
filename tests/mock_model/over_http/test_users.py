"""Each key has a state of its own: no user ever sees what another has said, kept, or asked to fail."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_model.over_http import users
from mock_model.over_http.users import Settings, Users

KEYS = ("ana", "ben", "cleo")
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(["say", "go on", "converse", "look", "items", "delete", "fail", "reset"]),
        st.integers(0, 5),
    ),
    max_size=30,
)


def send(users: Users, key: str, method: str, path: str, **body: Any) -> tuple[int, str]:
    """A request with a key; the status and the text of its answer."""
    headers = {"authorization": f"Bearer {key}"}
    request = httpx2.Request(method, f"http://offline{path}", headers=headers, json=body or None)
    answer = users.of(request.headers).server.handle(request)
    return answer.status_code, answer.text


@settings(max_examples=40, deadline=None)
@given(ACTIONS)
def test_no_user_ever_meets_what_is_anothers(actions: list[tuple[str, str, int]]) -> None:
    everybody = Users(Settings())
    ids: list[str] = []  # of all responses and conversations, whosever they are
    for number, (key, action, which) in enumerate(actions):
        id = ids[which % len(ids)] if ids else "resp_none"
        kind = "conversations" if id.startswith("conv") else "responses"
        said = {"model": "offline-model", "input": f"The secret of {key} is {key}-{number}-secret. What is the secret?"}
        status, text = 200, ""
        if action == "say":
            status, text = send(everybody, key, "POST", "/v1/responses", **said)
        elif action == "go on":
            state = {"conversation": id} if kind == "conversations" else {"previous_response_id": id}
            status, text = send(everybody, key, "POST", "/v1/responses", **said, **state)
        elif action == "converse":
            items = [{"role": "user", "content": said["input"]}]
            status, text = send(everybody, key, "POST", "/v1/conversations", items=items)
        elif action == "look":
            status, text = send(everybody, key, "GET", f"/v1/{kind}/{id}")
        elif action == "items":
            status, text = send(
                everybody, key, "GET", f"/v1/{kind}/{id}/{'items' if kind == 'conversations' else 'input_items'}"
            )
        elif action == "delete":
            status, text = send(everybody, key, "DELETE", f"/v1/{kind}/{id}")
        elif action == "fail":
            everybody.of(httpx2.Headers({"authorization": f"Bearer {key}"})).fail_next("500")
        else:
            everybody.reset(httpx2.Headers({"authorization": f"Bearer {key}"}))
        if status == 200 and action in ("say", "go on", "converse"):
            ids.append(json.loads(text)["id"])
        assert not any(f"secret of {other}" in text or f"{other}-" in text for other in KEYS if other != key)


def test_ids_alike_are_not_the_same_response() -> None:
    """The same request has the same id in two servers: it is still each user's own."""
    everybody = Users(Settings())
    said = {"model": "offline-model", "input": "Hello"}
    ids = [json.loads(send(everybody, key, "POST", "/v1/responses", **said)[1])["id"] for key in KEYS[:2]]
    assert ids[0] == ids[1]
    assert send(everybody, "ana", "DELETE", f"/v1/responses/{ids[0]}")[0] == 200
    assert send(everybody, "ana", "GET", f"/v1/responses/{ids[0]}")[0] == 404
    assert send(everybody, "ben", "GET", f"/v1/responses/{ids[0]}")[0] == 200


def test_the_prompt_cache_is_each_users_own() -> None:
    everybody = Users(Settings())
    said = {"model": "offline-model", "messages": [{"role": "user", "content": "harbour " * 1_500}]}

    def cached(key: str) -> int:
        answer = json.loads(send(everybody, key, "POST", "/v1/chat/completions", **said)[1])
        return answer["usage"]["prompt_tokens_details"]["cached_tokens"]

    assert [cached("ana"), cached("ben"), cached("ana") > 1_000] == [0, 0, True]


def test_the_users_heard_of_last_are_known(monkeypatch: Any) -> None:
    monkeypatch.setattr(users, "MOST", 2)
    everybody = Users(Settings())

    def server_of(key: str) -> object:
        return everybody.of(httpx2.Headers({"authorization": f"Bearer {key}"})).server

    ana, ben = server_of("ana"), server_of("ben")
    assert server_of("ana") is ana
    server_of("cleo")
    assert server_of("ana") is ana
    assert server_of("ben") is not ben


def test_whoever_has_no_key_or_a_wrong_one_has_no_server() -> None:
    everybody = Users(Settings(), "the-right-one")
    assert everybody.of(httpx2.Headers()) is everybody.of(httpx2.Headers({"authorization": "Bearer wrong"}))
    assert send(everybody, "wrong", "GET", "/v1/models")[0] == 401
    assert send(everybody, "the-right-one", "GET", "/v1/models")[0] == 200


@pytest.mark.parametrize("written", ["Bearer ana", "bearer ana", "BEARER  ana "])
def test_a_key_is_the_same_however_its_scheme_is_written(written: str) -> None:
    everybody = Users(Settings(), "ana")
    ana = everybody.of(httpx2.Headers({"authorization": "Bearer ana"}))
    headers = httpx2.Headers({"authorization": written})
    assert everybody.of(headers) is ana
    assert ana.server.handle(httpx2.Request("GET", "http://offline/v1/models", headers=headers)).status_code == 200


@pytest.mark.parametrize("written", ["ana", "Bearerana", "Basic ana", "Bearer", "Bearer ", ""])
def test_a_key_without_its_scheme_is_none(written: str) -> None:
    headers = httpx2.Headers({"authorization": written})
    for everybody in (Users(Settings()), Users(Settings(), "ana")):
        stranger = everybody.of(headers)
        assert stranger is everybody.stranger
        answer = stranger.server.handle(httpx2.Request("GET", "http://offline/v1/models", headers=headers))
        assert answer.status_code == 401 and "didn't provide an API key" in answer.text


def test_whoever_is_forgotten_is_named_in_the_log(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(users, "MOST", 2)
    everybody = Users(Settings())
    for key in KEYS:
        everybody.of(httpx2.Headers({"authorization": f"Bearer {key}"}))
    assert capsys.readouterr().err == "user 1 is forgotten: more than 2 keys have asked.\n"
