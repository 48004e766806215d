"""The model that a memory is put to: it replies to a talk as is written, reads well, and writes notes as it is told to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import httpx2
import openai

from chat_memory.scoreboard.talk import Planted, Talk
from mock_model.api import tokens
from mock_model.api.completion import Reply
from mock_model.server import BASE_URL
from mock_model.tasks.admitting import no_answer
from mock_model.tasks.reply import reply_to
from mock_model.tasks.summary import DROPPING, KEEPING, summary_task

from ..engine.criteria import Message
from ..engine.recording_server import RecordingServer
from ..situations.summary_server import ends_with, size_of
from ..situations.told_facts import spoken
from .keeping import kept_by
from .notes_as_json import with_facts
from .reading import read, standing_in

VAGUE = "They had a pleasant talk about plans, papers and the household, and about this and that."
SERVERS: WeakValueDictionary[int, Model] = WeakValueDictionary()  # where a client finds the one that it asks
INPUT, OUTPUT = 0.10, 0.50  # dollars per million tokens: gpt-6-luna's, without a prompt cache


@dataclass
class Cost:
    """What requests cost: their tokens in and out."""

    prompt: int = 0
    completion: int = 0

    @property
    def money(self) -> float:
        """In dollars."""
        return (self.prompt * INPUT + self.completion * OUTPUT) / 1_000_000

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.prompt + other.prompt, self.completion + other.completion)

    def __str__(self) -> str:
        return f"{self.prompt:,} tokens in, {self.completion:,} out: {self.money * 100:.3f} cents"


class Model(RecordingServer):
    """A server that is told what the user asks: a request that does not ask this is one of the memory's own."""

    def __init__(self, talk: Talk) -> None:
        super().__init__(reply_to=self.say)
        self.talk = talk
        self.asked, self.reply, self.planted = "", "", None
        self.asks: list[bool] = []  # of each request, whether it asks what the user asks
        self.models: list[object] = []
        self.costs: list[Cost] = []  # of each request

    def client(self) -> openai.OpenAI:
        """A client at which nothing hangs that knows the answers: it holds a number, and not this server."""
        number = len(SERVERS)
        while number in SERVERS:
            number += 1
        SERVERS[number] = self
        http_client = httpx2.Client(transport=httpx2.MockTransport(partial(asked_of, number)))
        return openai.OpenAI(api_key="offline", base_url=BASE_URL, max_retries=0, http_client=http_client)

    def told(self, talk: Talk, asked: str, reply: str = "", planted: Planted | None = None) -> None:
        """What the user of this talk asks next, and what is replied to it; to a question, what the request tells."""
        self.talk, self.asked, self.reply, self.planted = talk, asked, reply, planted

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return super().handle(request)
        number = len(self.requests)
        self.asks.append(asks(body["messages"], self.asked))
        self.models.append(body.get("model"))
        self.costs.append(Cost())
        response = super().handle(request)
        self.prompt_tokens[number] = self.prompt_tokens[number] or size_of(self.requests[number])
        if response.status_code == 200:
            written = tokens.count_text(self.replies[number] or "", "o200k_base")
            if not body.get("stream"):
                written = json.loads(response.content)["usage"]["completion_tokens"]  # calls of tools are written, too
            self.costs[number] = Cost(self.prompt_tokens[number], written)
        return response

    @property
    def cost(self) -> Cost:
        """Of all requests."""
        return sum(self.costs, Cost())

    def say(self, body: dict[str, Any], fits: Callable[[str], bool]) -> Reply:
        messages = body["messages"]
        if self.asks[-1] and self.planted is None:
            return Reply(self.reply)
        if self.asks[-1]:
            found = read(self.planted, messages)
            return search(body, self.asked) if found == no_answer(messages) and may_search(body) else Reply(found)
        asked = own_words(messages, self.talk)
        if body.get("tools") or not KEEPING.search(DROPPING.sub("", asked)):
            return reply_to(body, fits)  # the offline model: from a vague request it makes vague words
        told = kept_by(asked)
        kept = [
            fact for planted, fact in standing_in(self.talk, notes_first(messages, self.talk)) if told.holds(planted)
        ]
        if body.get("response_format") or re.search(r"\bJSON\b", asked):
            return Reply(with_facts(reply_to(body, fits).content or "", kept))
        if not told.values:
            return Reply(VAGUE)
        while kept and not fits("\n".join(kept)):
            kept.pop(0)
        return Reply("\n".join(kept) or "Nothing that has to be kept so far.")


def asked_of(number: int, request: httpx2.Request) -> httpx2.Response:
    """Let the server with this number answer."""
    return SERVERS[number].handle(request)


def asks(messages: list[Message], asked: str) -> bool:
    """Whether a request asks what the user asks: it ends with that, or with calls of tools that were made to answer it."""
    *_, number = (-1, *(n for n, message in enumerate(messages) if message.get("role") == "user"))
    behind = messages[number + 1 :]
    calls = all(m.get("role") == "tool" or (m.get("role") == "assistant" and m.get("tool_calls")) for m in behind)
    return number >= 0 and calls and ends_with(messages[: number + 1], asked)


def may_search(body: dict[str, Any]) -> bool:
    """Whether the model has a function that it has not called yet since the question."""
    return bool(body.get("tools")) and body.get("tool_choice") != "none" and body["messages"][-1].get("role") == "user"


def search(body: dict[str, Any], asked: str) -> Reply:
    """A call of the first function, with what the user asks in the place of each text that it needs."""
    function = body["tools"][0].get("function") or {}
    schema = function.get("parameters") or {}
    fields = schema.get("properties") or {}
    texts = {"string": asked, "array": [asked], "integer": 5, "number": 5, "boolean": True}
    needed = schema.get("required") or [*fields][:1]
    arguments = {name: texts.get(fields.get(name, {}).get("type"), asked) for name in needed}
    return Reply(None, ((str(function.get("name")), arguments),))


def own_words(messages: list[Message], talk: Talk) -> str:
    """What a request for notes asks, without what was said in the talk."""
    task = summary_task(messages)
    text = task.own if task else "\n".join(text for _, text in spoken(messages))
    said = {text for turn in talk.turns for text in (turn.user, turn.reply)}
    said |= {text for planted in talk.planted for text in (planted.question, *(one.fact for one in planted.said))}
    for words in sorted(said, key=len, reverse=True):
        text = text.replace(words, "")
    return text


def notes_first(messages: list[Message], talk: Talk) -> str:
    """What stands in a request for notes, the notes so far first: they are older than the turns, wherever they stand."""
    text = "\n".join(text for _, text in spoken(messages))
    facts = {one.fact.rstrip(".") for planted in talk.planted for one in planted.said}
    noted = re.compile("|".join(map(re.escape, sorted(facts, key=len, reverse=True))) or "$^", re.I)
    return "\n".join([*noted.findall(text), noted.sub("", text)])
