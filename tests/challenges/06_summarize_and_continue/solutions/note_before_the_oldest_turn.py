"""A class, and replies as a stream; the note stands before the words of the oldest turn that is left."""

from copy import deepcopy

from common import MODEL, reply_limit

BEFORE, BEHIND = "Notes about our conversation so far: ", "\n\n---\n\n"
WISH = {
    "role": "user",
    "content": "Summarise our conversation so far, the notes included, in at most 60 words. "
    "Keep every name, number, place and decision.",
}


class Memory:
    def __init__(self, client, history):
        self.client = client
        self.system, *self.turns = deepcopy(history)

    def shorten(self):
        if len(self.turns) > 8:
            answer = self.client.chat.completions.create(
                model=MODEL, messages=[self.system, *self.turns[:-4], WISH], **reply_limit(200)
            )
            if answer.choices[0].finish_reason == "length" or not answer.choices[0].message.content:
                raise RuntimeError("the summary is too long, or empty")
            self.turns = self.turns[-4:]
            self.turns[0]["content"] = BEFORE + answer.choices[0].message.content + BEHIND + self.turns[0]["content"]

    def ask(self, text):
        self.turns.append({"role": "user", "content": text})
        pieces = []
        for chunk in self.client.chat.completions.create(model=MODEL, messages=[self.system, *self.turns], stream=True):
            pieces += [chunk.choices[0].delta.content or ""] if chunk.choices else []
        self.turns.append({"role": "assistant", "content": "".join(pieces)})


def next_turn(client, history, text):
    memory = Memory(client, history)
    memory.shorten()
    memory.ask(text)
    return [memory.system, *memory.turns]
