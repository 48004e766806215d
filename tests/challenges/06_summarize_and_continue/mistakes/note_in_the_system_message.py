"""Puts the note at the end of the system message, where the user's words become rules."""
# fails: test_there_is_one_system_message_and_it_comes_first
# hint: Whose words are in the system message

from copy import deepcopy

from common import MODEL, reply_limit

BETWEEN = "\n\nNotes about the conversation so far: "
WISH = {
    "role": "user",
    "content": "Summarise our conversation so far, the notes included, in at most 60 words. "
    "Keep every name, number, place and decision.",
}


class Memory:
    def __init__(self, client, history):
        self.client = client
        system, *self.turns = deepcopy(history)
        self.rules, _, self.note = system["content"].partition(BETWEEN)

    def system(self):
        content = self.rules + BETWEEN + self.note if self.note else self.rules
        return {"role": "system", "content": content}

    def shorten(self):
        if len(self.turns) > 8:
            answer = self.client.chat.completions.create(
                model=MODEL, messages=[self.system(), *self.turns[:-4], WISH], **reply_limit(200)
            )
            if answer.choices[0].finish_reason == "length":
                raise RuntimeError("the summary is too long")
            self.note, self.turns = answer.choices[0].message.content, self.turns[-4:]

    def ask(self, text):
        self.turns.append({"role": "user", "content": text})
        pieces = []
        for chunk in self.client.chat.completions.create(
            model=MODEL, messages=[self.system(), *self.turns], stream=True
        ):
            pieces += [chunk.choices[0].delta.content or ""] if chunk.choices else []
        self.turns.append({"role": "assistant", "content": "".join(pieces)})


def next_turn(client, history, text):
    memory = Memory(client, history)
    memory.shorten()
    memory.ask(text)
    return [memory.system(), *memory.turns]
