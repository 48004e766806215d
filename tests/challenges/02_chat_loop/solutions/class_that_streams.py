"""A conversation as an object, with its own list each; replies are streamed."""

from collections import deque
from dataclasses import dataclass, field

from common import MODEL, get_client

TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


@dataclass
class Conversation:
    client: object
    messages: list = field(default_factory=list)
    keeps_replies: bool = True

    def add(self, role, content):
        self.messages.append({"content": content, "role": role})

    def hear(self, text):
        self.add("user", text)
        pieces = self.client.chat.completions.create(
            model=MODEL, messages=self.messages, stream=True, stream_options={"include_usage": True}
        )
        reply = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
        if self.keeps_replies:
            self.add("assistant", reply)
        return reply


def run_chat(client, system, user_turns, keep_replies=True):
    conversation = Conversation(client)
    conversation.add("system", system)
    waiting = deque(user_turns)
    while waiting:
        conversation.hear(waiting.popleft())
    return conversation.messages


def run_chat_without_replies(client, system, user_turns):
    conversation = Conversation(client, keeps_replies=False)
    conversation.add("system", system)
    return tuple(map(conversation.hear, user_turns))


def which_question_breaks():
    """Found by holding the trip with and without the replies."""
    client, system = get_client(), "You are a helpful travel assistant."
    whole = [message["content"] for message in run_chat(client, system, TRIP) if message["role"] == "assistant"]
    pairs = zip(whole, run_chat_without_replies(client, system, TRIP), strict=True)
    number = next(n for n, (one, other) in enumerate(pairs, 1) if one != other)
    return number, whole[number - 2].split()[0]
