"""Appends the question, then calls: a failed call leaves it there."""
# fails: test_a_failed_call_changes_nothing
# hint: What had ask changed when the call failed

from itertools import chain

from chat_memory import IncompleteReply, count_tokens, split_turns, summarize, trim_to_budget
from common import MODEL

ASKED = "What do you know so far?"


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.messages = [{"role": "system", "content": system}]

    def ask(self, text):
        question = {"role": "user", "content": text}
        trim_to_budget([self.messages[0], question], self.max_tokens)
        if count_tokens([*self.messages, question]) > self.max_tokens:
            self.fold(question)
        self.messages.append(question)
        choice = self.client.chat.completions.create(model=MODEL, messages=self.messages).choices[0]
        if choice.finish_reason != "stop":
            raise IncompleteReply("not whole")
        self.messages.append({"role": "assistant", "content": choice.message.content})
        return choice.message.content

    def fold(self, question):
        rules, turns = split_turns(self.messages)
        note = turns.pop(0)[1]["content"] if turns[0][0]["content"] == ASKED else ""
        keep = self.keep_recent
        while keep and count_tokens([*rules, *chain(*turns[len(turns) - keep :]), question]) > self.max_tokens - 90:
            keep -= 1
        cut = len(turns) - keep
        old = chain(*turns[:cut])
        note = summarize(self.client, old, note, 60, model=MODEL, max_prompt_tokens=self.max_tokens)
        recap = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": note}]
        self.messages = [*rules, *recap, *chain(*turns[cut:])]
