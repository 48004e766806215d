"""Puts the summary into the system message, where the user's words become rules."""
# fails: test_requests_are_sound
# hint: Whose words are in the system message

from dataclasses import dataclass, field, replace

from chat_memory import count_tokens
from common import MODEL

PROMPT = (
    "Update the notes of a conversation. Keep all names, numbers and places in the earlier notes and the new messages. "
    "At most 30 words."
)


@dataclass(frozen=True)
class State:
    rules: str
    notes: str = ""
    turns: tuple = ()

    def messages(self, question=None):
        content = f"{self.rules}\n\nNotes about the conversation so far: {self.notes}" if self.notes else self.rules
        found = [{"role": "system", "content": content}]
        for asked, replied in self.turns:
            found += [{"role": "user", "content": asked}, {"role": "assistant", "content": replied}]
        return found + ([{"role": "user", "content": question}] if question else [])

    def tokens(self, question):
        return count_tokens(self.messages(question))


@dataclass
class ChatMemory:
    client: object
    system: str
    max_tokens: int = 3000
    keep_recent: int = 6
    state: State = field(init=False)

    def __post_init__(self):
        self.state = State(self.system)

    @property
    def messages(self):
        return self.state.messages()

    def ask(self, text):
        if count_tokens(State(self.system).messages(text)) > self.max_tokens:
            raise ValueError("This question is too long.")
        state = self.state
        if state.tokens(text) > self.max_tokens:
            while state.turns and (len(state.turns) > self.keep_recent or state.tokens(text) > self.max_tokens * 0.8):
                state = self.without_the_oldest(state)
            if state.tokens(text) > self.max_tokens:
                raise ValueError("This question is too long, with the notes.")
        reply = self.complete(state.messages(text))
        self.state = replace(state, turns=(*state.turns, (text, reply)))
        return reply

    def without_the_oldest(self, state):
        asked, replied = state.turns[0]
        told = f"Earlier notes: {state.notes}\n\nNew messages:\nuser: {asked}\nassistant: {replied}"
        notes = self.complete([{"role": "system", "content": PROMPT}, {"role": "user", "content": told}])
        return replace(state, notes=" ".join(notes.split()[:40]), turns=state.turns[1:])

    def complete(self, messages):
        pieces, reason = [], None
        for chunk in self.client.chat.completions.create(model=MODEL, messages=messages, stream=True):
            for choice in chunk.choices:
                pieces.append(choice.delta.content or "")
                reason = choice.finish_reason or reason
        if reason != "stop" or not "".join(pieces).strip():
            raise ConnectionError(f"No whole reply: {reason}")
        return "".join(pieces)
