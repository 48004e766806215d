"""Conversations for tests: clients that chat, a memory that is full, a saved conversation, and what was asked."""

import json
from types import SimpleNamespace

import tiktoken

from chat_memory import ChatMemory, count_tokens

from .fake_client import FakeClient

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def text_tokens(text: str) -> int:
    return len(tiktoken.get_encoding("o200k_base").encode(text, disallowed_special=()))


def is_summary(request: dict) -> bool:
    return request["messages"][0]["content"].startswith("You keep the summary")


def asked(client: FakeClient) -> list[list[dict]]:
    """The messages of the requests that asked a question, not for a summary."""
    return [request["messages"] for request in client.requests if not is_summary(request)]


def summary_requests(client: FakeClient) -> list[list[dict]]:
    return [request["messages"] for request in client.requests if is_summary(request)]


def quoted(request: list[dict]) -> list[dict]:
    """The messages that a request for a summary quotes."""
    return json.loads(request[1]["content"].split("\n\nMessages:\n")[1])


def turn(question: str, reply: str) -> list[dict]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]


def chatting(reply: str = "Noted.", summary: str = "They talked.") -> FakeClient:
    """A client with one reply for questions and one for requests for a summary."""
    return FakeClient(lambda messages: summary if is_summary({"messages": messages}) else reply)


def full_memory(client: FakeClient, **options) -> ChatMemory:
    """A memory that has to fold with its next question."""
    memory = ChatMemory(client, "Be brief.", 400, **options)
    for number in range(100):
        memory.ask(f"My number {number} is {number * 7}.")
        size = count_tokens([*memory.messages, {"role": "user", "content": "Which is my last number?"}])
        if size > 400 - 400 // 6:
            return memory
    raise AssertionError("The memory never fills.")


LAST = "Which is my last number?"


def longest_question(size, largest: int) -> str:
    """The longest question, `size` of which is exactly the largest."""
    words = 1
    while size("word " * words) < largest:
        words += 1
    assert size("word " * words) == largest
    return "word " * words


class Saved:
    """A saved conversation, as a store gives it; it keeps what is appended."""

    id = "trip"

    def __init__(self, *turns, summary="", settings=None):
        self.turns, self.appended = list(turns), []
        self.state = SimpleNamespace(
            settings=settings or {}, summary=summary, folded=0, recent=self.turns, position=(1, len(turns))
        )

    def load(self):
        return self.state

    def append(self, turn, **state):
        self.appended.append(turn)
        return 1, len(self.turns) + len(self.appended)


CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
TOOL_TURN = [
    {"role": "user", "content": [{"type": "text", "text": "Is it sunny?"}]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c", "content": "sun"},
    {"role": "assistant", "content": "Yes."},
]
