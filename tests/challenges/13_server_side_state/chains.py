"""Conversations that others have begun on the server: long ones, with branches, with messages that were sent all at once."""

from __future__ import annotations

from functools import cache
from random import Random

import openai

from common import MODEL

from ..engine.criteria import Message
from .keeping_server import KeepingServer
from .talk_with_the_server import RULES, texts

Said = list[Message]


class Chain:
    """A conversation on the server, as another program has it: `said` is what an export of `last_id` should be."""

    def __init__(self, server: KeepingServer, seed: int) -> None:
        self.client, self.texts, self.random = server.client(), texts(seed), Random(seed)
        self.said: Said = []
        self.last_id: str | openai.Omit = openai.omit

    def handed_over(self, turns: int) -> Chain:
        """The first request holds so many turns that were said elsewhere."""
        for number in range(turns):
            self.said += [_message("user", next(self.texts)), _message("assistant", f"Reply {number}.")]
        return self

    def going_on(self, turns: int) -> Chain:
        """So many turns more on the server, the next one with all that was handed over."""
        for _ in range(turns):
            question = _message("user", next(self.texts))
            handed = [] if self.last_id else self.said
            given = [*handed, question] if handed or self.random.random() < 0.5 else question["content"]
            made = self.client.responses.create(
                model=MODEL, input=given, instructions=RULES[0], previous_response_id=self.last_id
            )
            self.said += [question, _message("assistant", made.output_text)]
            self.last_id = made.id
        return self

    def given(self, *messages: Message) -> Chain:
        """One request more, with these messages."""
        items = [{"role": m["role"], "content": in_parts(m["content"])} for m in messages]
        made = self.client.responses.create(model=MODEL, input=items, previous_response_id=self.last_id)
        self.said += [*messages, _message("assistant", made.output_text)]
        self.last_id = made.id
        return self

    def branch(self) -> Chain:
        """Another conversation, from here."""
        other = Chain.__new__(Chain)
        other.client, other.texts, other.random = self.client, self.texts, self.random
        other.said, other.last_id = [*self.said], self.last_id
        return other


def in_parts(text: str) -> list[dict[str, str]]:
    """A text as the content of an item, with a part for each of its lines."""
    return [{"type": "input_text", "text": line} for line in text.splitlines(keepends=True)]


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


@cache
def rest_of_a_chain() -> tuple[KeepingServer, Chain]:
    """A server, and a conversation on it whose first response and the one in its middle are deleted."""
    server = KeepingServer()
    chain = Chain(server, 28)
    made = [str(chain.going_on(1).last_id) for _ in range(4)]
    server.lose(made[0])
    server.lose(made[2])
    return server, chain


@cache
def chains() -> tuple[KeepingServer, dict[str, Chain]]:
    """A server, and the conversations on it by what is special about them. They are only read."""
    server = KeepingServer()
    short = Chain(server, 21).going_on(3)
    other_way = short.branch().going_on(2)
    return server, {
        "a conversation of three turns": short,
        "one of a single turn": Chain(server, 22).going_on(1),
        "a branch of it": other_way,
        "one of 11 turns": Chain(server, 23).going_on(11),
        "one whose first request held 52 turns": Chain(server, 25).handed_over(52).going_on(2),
        "one in which a user wrote twice before the reply, in several parts": Chain(server, 26)
        .going_on(1)
        .given(_message("user", "What is on this list?\n"), _message("user", "Bread.\nMilk.\n4 eggs."))
        .going_on(1),
        "one whose rules are messages": Chain(server, 27)
        .given(_message("system", RULES[1]), _message("developer", "Be brief."), _message("user", "Hello!"))
        .going_on(1),
    }
