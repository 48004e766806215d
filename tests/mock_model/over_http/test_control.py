"""What a test can ask of the server under /offline/: for its own key, and refused in words where it cannot be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import openai
import pytest

from mock_model.over_http import asked as asked_module
from mock_model.over_http.asked import Asked, Record
from mock_model.over_http.control import HELP
from mock_model.over_http.journal import Journal
from mock_model.over_http.users import Settings

from .conftest import CHAT, Server, ask, chat_body, running


def test_a_failure_is_for_the_key_that_asked_for_it(server: Server) -> None:
    server.control("fail_next", "one", kind="500", times=2)
    assert ask(server.client("another")).choices
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            ask(server.client("one"))
    assert ask(server.client("one")).choices


def test_the_model_says_what_it_is_told_to(server: Server) -> None:
    client = server.client("told")
    server.control("say_next", "told", content="Bonjour !", times=2)
    server.control("say_next", "told", tool="price", arguments={"hotel": "Sakura"})
    assert ask(client).choices[0].message.content == "Bonjour !"
    assert client.responses.create(model="offline-model", input="Hello").output_text == "Bonjour !"
    tools = [{"type": "function", "function": {"name": "price", "parameters": {"type": "object", "properties": {}}}}]
    [call] = ask(client, tools=tools).choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("price", {"hotel": "Sakura"})
    assert ask(client).choices[0].message.content == "Your name is Ana."


def test_what_was_asked_can_be_looked_at(server: Server) -> None:
    ask(server.client("curious"), "One.")
    server.send("POST", CHAT, "curious", content=b"no JSON")
    server.send("GET", "/v1/models", "curious")
    ask(server.client("somebody-else"), "Three.")
    seen = server.send("GET", "/offline/requests", "curious").json()["requests"]
    assert [(one["method"], one["path"], one["status"]) for one in seen] == [
        ("POST", CHAT, 200),
        ("POST", CHAT, 400),
        ("GET", "/v1/models", 200),
    ]
    assert seen[0]["body"]["messages"] == [{"role": "user", "content": "One."}]
    assert [one["body"] for one in seen[1:]] == ["no JSON", None]
    assert server.send("GET", "/offline/requests?last=1", "curious").json()["requests"] == seen[-1:]


def test_all_of_a_key_can_be_forgotten(server: Server) -> None:
    client = server.client("forgetful")
    made = client.responses.create(model="offline-model", input="Hello")
    for kind in ("500", "slow"):
        server.control("fail_next", "forgetful", kind=kind)
    server.control("say_next", "forgetful", content="Bonjour !")
    server.control("reset", "forgetful", window=30)
    assert server.send("GET", "/offline/requests", "forgetful").json() == {"requests": []}
    assert ask(client).choices[0].message.content == "Your name is Ana."
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError, match="maximum context length is 30 tokens"):
        ask(client, "Hello " * 30)
    server.control("reset", "forgetful")
    assert ask(client, "Hello " * 30).choices


def test_the_address_of_the_model_leads_to_all_of_it_as_well(server: Server) -> None:
    answer = server.send("POST", "/v1/offline/fail_next", "below", json={"kind": "503"})
    assert answer.json() == {"kind": "503", "times": 1}
    with pytest.raises(openai.InternalServerError):
        ask(server.client("below"))
    assert (
        server.send("GET", "/v1/offline/requests", "below").json()
        == server.send("GET", "/offline/requests", "below").json()
    )
    assert server.send("GET", "/v1/offline/nothing", "below").status_code == 404


def test_what_is_null_is_not_given() -> None:
    with running(Settings(window=40)) as server:
        server.control("reset", window=None, pace=None, first_token_delay=None)
        assert ask(server.client()).choices
        with pytest.raises(openai.BadRequestError, match="maximum context length is 40 tokens"):
            ask(server.client(), "Hello " * 40)


@pytest.mark.parametrize("tools", [None, ["weather"]])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_tool_that_a_request_does_not_offer_is_not_called(server: Server, api: str, tools: list[str] | None) -> None:
    server.control("say_next", "unoffered", tool="price")
    client = server.client("unoffered")
    offered = [{"name": name, "parameters": {"type": "object", "properties": {}}} for name in tools or ()]
    with pytest.raises(openai.BadRequestError, match="say_next: the request offers no tool 'price'"):
        if api == "chat":
            ask(client, **({"tools": [{"type": "function", "function": tool} for tool in offered]} if tools else {}))
        else:
            client.responses.create(
                model="offline-model", input="Hello", tools=[{"type": "function", **tool} for tool in offered]
            )
    assert ask(client).choices[0].message.content == "Your name is Ana."


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_request_that_is_no_json_can_be_looked_at(server: Server, number: str) -> None:
    key = f"number {number}"
    body = f'{{"model": "offline-model", "temperature": {number}}}'
    assert server.send("POST", CHAT, key, content=body).status_code == 400
    seen = json.loads(server.send("GET", "/offline/requests", key).text, parse_constant=pytest.fail)
    assert seen["requests"][-1]["body"] == body


@pytest.mark.parametrize(
    ("path", "asked", "words"),
    [
        ("fail_next", {}, "There is no failure ''. The kinds are 429, quota"),
        ("fail_next", {"kind": "flood"}, "There is no failure 'flood'"),
        ("fail_next", {"kind": "429", "times": 0}, "'times' is a whole number from 1 to 10,000, not 0"),
        ("fail_next", {"kind": "429", "times": True}, "not True"),
        ("fail_next", {"kind": "429", "seconds": 1}, "goes with slow and stall: not 1 with '429'"),
        ("fail_next", {"kind": "slow", "seconds": -1}, "from 0 on"),
        ("fail_next", {"kind": "slow", "second": 1}, "Unknown parameter: 'second'. There is kind, times, seconds"),
        ("say_next", {}, "either 'content', a text, or 'tool'"),
        ("say_next", {"content": 1}, "either 'content', a text, or 'tool'"),
        ("say_next", {"tool": "price", "arguments": 1}, "'arguments' is an object"),
        ("say_next", {"tool": ""}, "go with 'tool'"),
        ("say_next", {"content": "Bonjour", "arguments": {"a": 1}}, "go with 'tool'"),
        ("say_next", {"content": "\ud800"}, "Send a JSON object"),
        ("reset", {"window": 0}, "'window' is a number from 1 on, not 0"),
        ("reset", {"window": 1.5}, "not 1.5"),
    ],
)
def test_what_cannot_be_is_refused(server: Server, path: str, asked: dict[str, Any], words: str) -> None:
    answer = server.send("POST", f"/offline/{path}", content=json.dumps(asked))
    assert answer.status_code == 400 and words in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"429", b"[" * 100_000])
def test_what_is_no_object_is_refused(server: Server, body: bytes) -> None:
    assert server.send("POST", "/offline/fail_next", content=body).status_code == 400


def test_what_is_not_there_names_what_is(server: Server) -> None:
    assert server.send("GET", "/offline/").json() == HELP
    answer = server.send("POST", "/offline/fail")
    assert answer.status_code == 404 and "POST /offline/fail_next" in answer.json()["error"]["message"]
    for last in ("x", "-1", "9" * 5_000):
        assert server.send("GET", f"/offline/requests?last={last}").status_code == 400
    assert server.send("GET", "/offline").json() == HELP


def test_without_the_key_nothing_can_be_asked() -> None:
    with running(api_key="the-right-one") as server:
        for key in ("", "a-wrong-one"):
            assert server.send("POST", "/offline/fail_next", key, json={"kind": "500"}).status_code == 401
            assert server.send("GET", "/offline/requests", key).status_code == 401
        assert ask(server.client("the-right-one")).choices


def test_what_is_remembered_of_requests_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_module, "MOST", 5)
    monkeypatch.setattr(asked_module, "MOST_BYTES", 100)
    asked = Asked()
    for number in range(10):
        asked.add(Record(number % 2, "POST", CHAT, b"%d" % number, 200))
    assert [record.body for record in (*asked.of(0), *asked.of(1))] == [b"6", b"8", b"5", b"7", b"9"]
    asked.add(Record(0, "POST", CHAT, b"x" * 98, 200))
    assert [record.body[:1] for record in (*asked.of(0), *asked.of(1))] == [b"8", b"x", b"9"]
    asked.add(Record(0, "POST", CHAT, b"x" * 101, 200))
    assert not asked.of(0) and not asked.of(1)
    asked.add(Record(1, "POST", CHAT, b"x" * 100, 200))
    assert len(asked.of(1)) == 1
    asked.forget(1)
    assert not asked.of(1)


SECRETS = ("the-key", "Pixel", "harbour")


def test_the_log_has_a_line_a_request_and_nothing_of_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as server:
        ask(server.client("the-key"), "My dog Pixel is at the harbour.")
        server.send("POST", CHAT, "the-key", content=b"harbour")
        server.send("GET", "/v1/models?key=the-key", "the-key")
        server.send("GET", "/v1/" + "x" * 200, "the-key")
        server.control("fail_next", "the-key", kind="drop")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5
    assert all(" user 1 " in line and line.endswith(" ms") for line in lines)
    assert f"POST   {CHAT}  200  " in lines[0] and f"POST   {CHAT}  400  " in lines[1]
    assert not any(secret in line for line in lines for secret in SECRETS)
    assert all(len(line) < 130 for line in lines)


def test_the_journal_holds_what_was_asked_and_no_key(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"earlier": true}\n', encoding="utf-8")
    with running(journal=Journal(str(path))) as server:
        ask(server.client("the-key"), "Ein Gruß an Zoë.")
        server.send("POST", CHAT, "the-key", content=b"\xff no JSON")
        server.send("GET", "/health", "the-key")
        server.control("fail_next", "the-key", kind="connection")
        with pytest.raises(openai.APIConnectionError):
            ask(server.client("the-key"), "Twice.")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"earlier": True}
    assert [line["status"] for line in lines[1:]] == [200, 400, 0]
    assert lines[1]["body"]["messages"][0]["content"] == "Ein Gruß an Zoë."
    assert lines[1].keys() == {"time", "user", "method", "path", "body", "status"}
    assert "the-key" not in path.read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_journal_that_others_could_read_is_its_owners_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch(0o644)
    path.chmod(0o644)
    Journal(str(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_cannot_be_written_any_more_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(str(tmp_path / "journal.jsonl"))
    record = Record(1, "POST", CHAT, chat_body(), 200)

    class Full:
        closed = False

        def write(self, text: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            self.closed = True

    journal.close()
    journal._file = Full()  # type: ignore[assignment]
    journal.write(record)
    journal.write(record)
    assert capsys.readouterr().err.count("The journal ends here") == 1
