"""One list of messages, a plain attribute; where the summary fails, the question goes out with the turns that fit."""

from contextlib import suppress
from itertools import chain

import openai

from chat_memory import IncompleteReply, count_tokens, split_turns, summarize, trim_to_budget
from common import MODEL

ASKED = "What do you know so far?"


def said(role, content):
    return {"role": role, "content": content}


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client = client
        self.messages = [said("system", system)]
        self.noted = False  # whether the first turn of them is the recap
        self.max_tokens = max_tokens
        self.keep_recent = keep_recent

    def shortened(self, asked):
        """The messages before the question, old turns summarised."""
        rules, turns = split_turns(self.messages)
        known = turns.pop(0)[1]["content"] if self.noted else ""
        keep = self.keep_recent
        while True:
            recent = turns[-keep:] if keep else []
            longer = [*rules, *chain(*recent), asked]
            if count_tokens(longer) + 90 <= self.max_tokens or not keep:
                break
            keep -= 1
        old = list(chain(*turns[: len(turns) - len(recent)]))
        if old:
            known = summarize(self.client, old, known, 60, model=MODEL, max_prompt_tokens=self.max_tokens)
        return [*rules, said("user", ASKED), said("assistant", known), *chain(*recent)]

    def ask(self, text):
        asked = said("user", text)
        before, noted = self.messages, self.noted
        trim_to_budget([before[0], asked], self.max_tokens)  # raises where the question is too long
        if count_tokens([*before, asked]) > self.max_tokens:
            with suppress(openai.OpenAIError, IncompleteReply):
                before, noted = self.shortened(asked), True
        request = trim_to_budget([*before, asked], self.max_tokens)  # a very long question goes without the recap, once
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason == "length" or not choice.message.content:
            raise IncompleteReply("cut off, or empty", choice.message.content or "")
        self.messages, self.noted = [*before, asked, said("assistant", choice.message.content)], noted
        return choice.message.content
