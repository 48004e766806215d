"""Ways to make the requests of a conversation: each is played turn by turn, and every request that it sends is noted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from openai.types.chat import ChatCompletion

from chat_memory import ChatMemory, count_tokens, message_tokens, sliding_window, trim_to_budget
from chat_memory.tokens import Message
from conversations import SYSTEM, exchanges, summary
from peers import Peer
from stub_client import StubClient, completion

BUDGET, REPLY = 3_000, 500  # tokens: the defaults of ChatMemory
WINDOW = 6  # turns
LOWER_MARK = 2_000  # tokens


class Request(NamedTuple):
    """What was sent, and what came back; `is_summary` says that it was no turn of the conversation."""

    messages: list[Message]
    reply: str
    is_summary: bool = False


Strategy = Callable[[int], list[Request]]  # the requests of a conversation of so many turns


def keeping(select: Callable[[list[Message]], list[Message]], replace: bool = False) -> Strategy:
    """Send what `select` makes of the history; with `replace`, that is also all that is kept of it."""

    def play(turns: int) -> list[Request]:
        history, requests = [SYSTEM], []
        for question, reply in itertools.islice(exchanges(), turns):
            history.append({"role": "user", "content": question})
            sent = select(history)
            requests.append(Request(list(sent), reply))
            history = [*(sent if replace else history), {"role": "assistant", "content": reply}]
        return requests

    return play


class NotingClient(StubClient):
    """A stub that notes every request, and whether it was for a summary."""

    def __init__(self) -> None:
        super().__init__(summary(1))
        self.requests: list[Request] = []

    def create(self, **request: Any) -> ChatCompletion:
        answer = super().create(**request)
        text = answer.choices[0].message.content
        self.requests.append(Request(request["messages"], text, answer is self.summary))
        return answer


def chat_memory(turns: int) -> list[Request]:
    """`ChatMemory` with its defaults. Its summaries grow to 11 sentences, near the cap of 300 tokens."""
    client = NotingClient()
    memory = ChatMemory(client, SYSTEM["content"])
    for number, (question, reply) in enumerate(itertools.islice(exchanges(), turns)):
        client.expect(question, completion(reply))
        client.summary = completion(summary(min(4 + number // 8, 11)))
        memory.ask(question)
    return client.requests


def by_peer(peer: Peer, newest: int) -> Strategy:
    """What a library keeps of the history each turn: of its `newest` messages, where that makes no difference."""

    def select(history: list[Message]) -> list[Message]:
        loaded = peer.load([SYSTEM, *history[1:][-newest:]], message_tokens)
        kept = loaded.messages(loaded.trim(BUDGET - REPLY))
        assert len(kept) < newest or len(history) < newest, "it keeps all that it was shown: show it more"
        return kept

    return keeping(select)


def by_haystack(peer: Peer) -> Strategy:
    """Haystack's compactor as its hook uses it by default: at 70 % of a window, down to 40 %; the result is kept."""

    def select(history: list[Message]) -> list[Message]:
        if count_tokens(history) <= BUDGET - REPLY:
            return history
        loaded = peer.load(history, message_tokens)
        return loaded.messages(loaded.trim((BUDGET - REPLY) * 4 // 7))

    return keeping(select, replace=True)


OURS: dict[str, Strategy] = {
    "full history": keeping(list),
    f"sliding_window, {WINDOW} turns": keeping(lambda history: sliding_window(history, WINDOW)),
    "trim_to_budget of all": keeping(lambda history: trim_to_budget(history, BUDGET, reply_tokens=REPLY)),
    "trim_to_budget with cut_to": keeping(
        lambda history: trim_to_budget(history, BUDGET, reply_tokens=REPLY, cut_to=LOWER_MARK), replace=True
    ),
    "ChatMemory": chat_memory,
}
