"""What the requests of a talk cost, as the offline server says it: read from its prompt cache, written to it, and the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from chat_memory import message_tokens, trim_to_budget
from common import OFFLINE_MODEL, Price
from mock_model import MockServer
from mock_model.api.completion import Reply

from ..engine.criteria import Message
from .talks import long_talks

ADDRESS = "http://offline-model.invalid/v1/chat/completions"


@dataclass
class Answer:
    """What the server said to one request: the words of a refusal, or how many prompt tokens it had."""

    refusal: str = ""
    prompt: int = 0
    read: int = 0
    written: int = 0


class Till:
    """A server of its own, with an empty cache, whose every reply is the same: only the bill matters."""

    def __init__(self) -> None:
        self._server = MockServer(reply_to=lambda body, fits: Reply("Good."))

    def take(self, messages: list[Message]) -> Answer:
        """Send a request: past the client, because hundreds of them are to be sent in a second."""
        body = json.dumps({"model": OFFLINE_MODEL, "messages": messages}).encode()
        request = httpx2.Request("POST", ADDRESS, headers={"authorization": "Bearer offline"}, content=body)
        said: dict[str, Any] = json.loads(self._server.handle(request).content)
        if "error" in said:
            return Answer(refusal=said["error"]["message"])
        usage = said["usage"]
        details = usage["prompt_tokens_details"]
        return Answer("", usage["prompt_tokens"], details["cached_tokens"], details["cache_write_tokens"])


@dataclass
class Bill:
    """The prompt tokens of a talk, and what they cost."""

    prompt: int
    read: int
    written: int

    @property
    def share_read(self) -> float:
        return self.read / self.prompt

    @property
    def cost(self) -> float:
        """In thousandths of a cent: prices are those of gpt-6-luna, whatever .env says."""
        price = Price()
        plain = self.prompt - self.read - self.written
        return (plain * price.input + self.read * price.cached + self.written * price.cache_write) / 10

    def __str__(self) -> str:
        return (
            f"{self.prompt:,} prompt tokens, {self.read:,} of them read ({self.share_read:.0%}) and {self.written:,} written: "
            f"{self.cost / 1000:.2f} cents"
        )


def bill_of(answers: Iterable[Answer]) -> Bill:
    answers = list(answers)
    return Bill(*(sum(getattr(answer, kind) for answer in answers) for kind in ("prompt", "read", "written")))


@cache
def bill_when_trimmed(kind: str, turns: int) -> Bill:
    """What the same talk costs with trim_to_budget in each turn, and the note at the end."""
    talk, till, answers = long_talks(turns)[kind], Till(), []
    for number, at in enumerate(talk.questions()):
        note = talk.note(number)
        kept = trim_to_budget(talk.history[: at + 1], talk.max_tokens - message_tokens(note))
        answers.append(till.take([*kept, note]))
    return bill_of(answers)
