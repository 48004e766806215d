"""Every example ends well on servers that are not like OpenAI's, and says what they cannot do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

import chat_memory.attacks
import chat_memory.scoreboard
from chat_memory.replies.extras import ALL_LIMITS
from common import OFFLINE_MODEL
from mock_model import MockServer

from .running import ATTACKED, CHAT, EXAMPLES, KNOWING, MEMORY, SAVING, TOOLS, Done, replies, run

Answer = Callable[[dict[str, Any]], httpx2.Response | None]  # of a request; None where the offline model answers
NAMES = [example.stem for example in EXAMPLES]
TALKS = {CHAT: [], MEMORY: [], SAVING: ["--store", "chats.db"]}
FEW = ("replayed instruction", "promoted by a summary", "tool result", "flood")  # the others would only take time
SLOW = ("12_prompt_cache", "14_choosing_a_strategy")  # most of them is offline in any case
WHERE = {kind: [name for name in NAMES if name not in SLOW] for kind in ("strict", "wrong key", "failing")}
WHERE |= {"without null": [TOOLS], "small": [*SLOW, ATTACKED]}
LINES = r"(models\.test does not say how many tokens a request takes.*\n)?(A reply was cut off at the limit.*\n)?"  # on stderr
WORDS_OF_A_TRACE = re.compile(r"Traceback|NoneType|\bNone\b|openai\.|File \"")


def error(status: int, message: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"message": message, "code": status}})


def strict(request: dict[str, Any]) -> httpx2.Response | None:
    """Refuses all that some server refuses: no tools, no form, no usage in streams, no null, no roles out of turn."""
    for name in ("tools", "stream_options", "response_format", "max_completion_tokens", "input"):
        if name in request:
            return error(404 if name == "input" else 400, f"{name} is not supported here")
    said = [message["role"] for message in request["messages"]]
    said = said[1:] if said[0] == "system" else said
    if any(role != ("user", "assistant")[place % 2] for place, role in enumerate(said)):
        return error(400, "Conversation roles must alternate user/assistant/user/assistant/...")
    if any(not isinstance(message["content"], str) for message in request["messages"]):
        return error(400, "Input should be a valid string")
    return None


def without_null(request: dict[str, Any]) -> httpx2.Response | None:
    """Takes tools, and no null beside calls."""
    null = any(message["content"] is None for message in request.get("messages", []))
    return error(400, "Invalid value for 'content': expected a string, got null.") if null else None


def silent(request: dict[str, Any]) -> httpx2.Response:
    """Gives empty replies, says no usage, and knows no Responses."""
    if "input" in request:
        return error(404, "Not Found")
    choice = {"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": "stop"}
    answer = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    if not request.get("stream"):
        return httpx2.Response(200, json=answer)
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: [DONE]\n\n")


def away(request: dict[str, Any]) -> httpx2.Response:
    raise httpx2.ConnectError("Connection refused")


SERVERS: dict[str, Answer] = {
    "strict": strict,
    "without null": without_null,
    "silent": silent,
    "away": away,
    "wrong key": lambda request: error(401, "Incorrect API key provided: no***ne."),
    "failing": lambda request: error(500, "model runner has unexpectedly stopped"),
    "small": lambda request: None,  # its window is
}


class Imitated:
    """A server of this kind behind every client that is not the offline model's own; it counts its requests.

    Those without a limit for the reply are counted apart, unless the same was refused with one: a small model may never come
    to an end.
    """

    def __init__(self, kind: str) -> None:
        self.answer, self.requests, self.unlimited = SERVERS[kind], 0, 0
        self.refused: list[dict[str, Any]] = []
        self.offline = MockServer(context_window=2048 if kind == "small" else None)

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        self.requests += 1
        body = json.loads(request.content) if request.content else {}
        answer = self.answered(request, body)
        asked = {name: value for name, value in body.items() if name not in ALL_LIMITS}
        self.unlimited += bool(body) and asked == body and asked not in self.refused
        if answer.status_code >= 400:
            self.refused.append(asked)
        return answer

    def answered(self, request: httpx2.Request, body: dict[str, Any]) -> httpx2.Response:
        if answer := self.answer(body):
            return answer
        content = json.dumps(body | ({"model": OFFLINE_MODEL} if body else {})).encode() if body else b""
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return self.offline.handle(httpx2.Request(request.method, request.url, headers=headers, content=content))

    def put_behind_clients(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begin = openai.OpenAI.__init__

        def begun(client: openai.OpenAI, **settings: Any) -> None:
            http_client = httpx2.Client(transport=httpx2.MockTransport(self.handle))
            begin(client, **{"http_client": http_client, "max_retries": 0} | settings)

        monkeypatch.setattr(openai.OpenAI, "__init__", begun)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[Done, Imitated]]:
    """Run an example on a server of a kind."""

    def ran(kind: str, example: str, *arguments: str, typed: str = "") -> tuple[Done, Imitated]:
        server = Imitated(kind)
        server.put_behind_clients(monkeypatch)
        attacks = [each for each in chat_memory.attacks.ATTACKS if each.name in FEW]
        monkeypatch.setattr(chat_memory.attacks, "ATTACKS", attacks)
        killed = subprocess.CompletedProcess([], 9, "You: When should I visit?\nModel: In", "")
        monkeypatch.setattr(subprocess, "run", lambda *command, **more: killed)  # a program of its own
        compare = chat_memory.scoreboard.compare  # with a shorter talk: it is the offline model's in any case

        def compared(talks: list[Any], *rest: Any, **more: Any) -> Any:
            return compare(chat_memory.scoreboard.talks(1, number=1, turns=18, each=1), *rest, **more)

        monkeypatch.setattr(chat_memory.scoreboard, "compare", compared)
        place = {"OPENAI_BASE_URL": "http://models.test/v1", "OPENAI_MODEL": "small-1", "WORKBOOK_OFFLINE": ""}
        return run(example, tmp_path, *arguments, typed=typed, OPENAI_API_KEY="none", **place), server

    return ran


def assert_ends_well(done: Done) -> None:
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Answers come from small-1 at models\.test\b.*\n" + LINES, done.stderr)
    assert not WORDS_OF_A_TRACE.search(done.stdout), done.stdout
    assert done.stdout.strip()


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("example", NAMES)
def test_an_example_ends_well(on, example, kind):
    if example not in WHERE.get(kind, NAMES):
        pytest.skip("it sends nothing of that kind or size, or is slow and sends no more than another")
    done, server = on(kind, example)
    assert_ends_well(done)
    assert server.requests and not server.unlimited
    if kind in ("away", "wrong key", "failing"):
        words = {
            "away": "does not answer|Connection error",
            "wrong key": "Incorrect API key",
            "failing": "unexpectedly",
        }
        assert re.search(words[kind], done.stdout), done.stdout


@pytest.mark.parametrize("kind", ["strict", "silent", "away"])
@pytest.mark.parametrize("example", TALKS)
def test_a_talk_goes_on_until_it_is_ended(on, example, kind):
    typed = "My dog is called Biscuit.\nWhat is my dog called?\nquit\n"
    done, _ = on(kind, example, "--interactive", *TALKS[example], typed=typed)
    assert_ends_well(done)
    assert done.stdout.endswith("Goodbye.\n") and len(replies(done.stdout)) == 2
    assert ("Biscuit" in replies(done.stdout)[1]) == (kind == "strict")


def test_on_a_strict_server_the_examples_still_show_what_they_are_for(on):
    small = {MEMORY: ["--budget", "360"]}  # for the offline model's short replies
    names = ("01_stateless_calls", MEMORY, SAVING, KNOWING)
    said = {name: on("strict", name, *small.get(name, []))[0].stdout for name in names}
    assert "Biscuit" in said["01_stateless_calls"] and "folded" in said[MEMORY]
    assert "The half reply and its question are gone, nothing else." in said[SAVING]
    assert said[KNOWING].count("Learned: ") > 5


def test_what_is_refused_is_refused_once_a_talk(on):
    _, server = on("without null", TOOLS)
    _, free = on("small", TOOLS)
    assert server.requests == free.requests + 1


def test_before_hundreds_of_requests_it_is_said_how_many(on):
    done, _ = on("strict", ATTACKED)
    assert re.match(r"At most some 540 requests go to small-1 at models.test, .* tokens", done.stdout)
