"""A server for long talks, which tells questions from requests for a summary, and lets either fail."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx2

from mock_model.api import tokens
from mock_model.api.completion import Reply
from mock_model.tasks.admitting import no_answer

from ..engine.criteria import Message
from ..engine.recording_server import RecordingServer
from .long_talks import Fact, number_of, reply_of
from .told_facts import ASSENT, in_other_words

NO_SUMMARY = re.compile(rf"^({'|'.join(map(re.escape, ASSENT))})$|find no answer|haven't told me")
RAMBLING = "The two of them went on and on about this and that and nothing much."  # about 15 tokens
MOST_RAMBLING = 16  # summaries


class TalkServer(RecordingServer):
    """A server that is told what the user asks: a request that does not end with it is one for a summary.

    What fails is asked for beforehand: `fail_questions` and `fail_summaries` hold kinds of failures, the next one first.
    Beside those of the offline server there is "blank": a whole reply, which has no words.
    With `rambling`, every other one of the first summaries is followed by so many sentences that nobody asked for, or each
    one that comes once `rambles` is set. With
    `known`, it does not read the messages as the offline model does, but only looks for these facts in them: faster.
    """

    def __init__(self, rambling: int = 0, known: Sequence[Fact] = (), **options: Any) -> None:
        super().__init__(reply_to=self.say, **options)
        self.known = known
        self.asked = ""
        self.fail_questions: list[str | int] = []
        self.fail_summaries: list[str | int] = []
        self.asks: list[bool] = []  # of each request, whether it asks the question
        self.models: list[object] = []  # of each request, the model that it names
        self.blank: set[int] = set()  # the numbers of requests whose reply has no words
        self.own_reply = ""  # to what is no question for a fact, where it is not as `reply_of`
        self.rambles = False
        self._rambling, self._summaries = rambling, 0

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content) if request.content else {}
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            return super().handle(request)
        number = len(self.requests)
        asks = ends_with(body["messages"], self.asked)
        self.asks.append(asks)
        self.models.append(body.get("model"))
        failures = self.fail_questions if asks else self.fail_summaries
        failure = failures.pop(0) if failures else None
        if failure == "blank":
            self.blank.add(number)
        elif failure:
            self.failing[number] = failure
        try:
            return super().handle(request)
        finally:
            self.prompt_tokens[number] = size_of(self.requests[number])

    def say(self, body: dict[str, Any], fits: Any) -> Reply:
        if len(self.requests) - 1 in self.blank:
            return Reply("")
        reply = self.simply(body["messages"]) if self.known else in_other_words(body, fits)
        if not self.known and not self.asks[-1] and NO_SUMMARY.search(reply.content or ""):
            reply = in_other_words(said_plainly(body), fits)
        if self._rambling and not self.asks[-1]:
            self._summaries += 1
            if self.rambles or self._summaries in range(1, MOST_RAMBLING, 2):
                return replace(reply, content=" ".join([reply.content or "", *[RAMBLING] * self._rambling]))
        return reply

    def simply(self, messages: list[Message]) -> Reply:
        """A reply, or a summary, of the facts that are there."""
        known = [fact for fact in self.known if fact.is_in(messages)]
        if not self.asks[-1]:
            told = f"They talked about this and that (note {number_of(str(messages))}), and then about one or two things more."
            return Reply(" ".join([told, *(fact.said for fact in known)]))
        if self.asked not in [fact.question for fact in self.known]:
            return Reply(self.own_reply or reply_of(self.asked))
        said = next((f"You said: {fact.said}" for fact in known if fact.question == self.asked), None)
        return Reply(said or no_answer(messages))

    @property
    def summaries(self) -> int:
        """How many summaries have been asked for."""
        return self.asks.count(False)

    @property
    def written(self) -> int:
        """How many summaries were not let fail."""
        failed = self.failing.keys() | self.blank
        return sum(not asks and number not in failed for number, asks in enumerate(self.asks))


def said_plainly(body: dict[str, Any]) -> dict[str, Any]:
    """A request for a summary that the offline model has not understood: not every prompt speaks of a summary."""
    first, *others = body["messages"]
    return body | {"messages": [{**first, "content": f"Write a summary. {first.get('content')}"}, *others]}


def size_of(messages: list[Message]) -> int:
    """The tokens of a request, as the server counts them."""
    return sum(tokens.count_message(message, "o200k_base") for message in messages) + tokens.PRIMING


def ends_with(messages: list[Message], text: str) -> bool:
    """Whether the last message is a user's and ends with this text."""
    last = messages[-1] if messages else {}
    content = last.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return last.get("role") == "user" and isinstance(content, str) and content.strip().endswith(text.strip())
