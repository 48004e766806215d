"""With keep_recent=0, takes turns[-0:] for the recent turns: no turn is old, and all are trimmed away."""
# fails: test_no_turn_has_to_stay
# hint: turns[-0:]

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
        self.max_tokens = max_tokens
        self.keep_recent = keep_recent

    def shortened(self, asked):
        """The messages with the question, old turns summarised."""
        rules, turns = split_turns(self.messages)
        known = ""
        if turns and turns[0][0]["content"] == ASKED:
            known = turns.pop(0)[1]["content"]
        keep = self.keep_recent
        while True:
            recent = turns[-keep:]
            longer = [*rules, *chain(*recent), asked]
            if count_tokens(longer) + 90 <= self.max_tokens or not keep:
                break
            keep -= 1
        old = list(chain(*turns[: len(turns) - len(recent)]))
        if old:
            known = summarize(self.client, old, known, 60, model=MODEL, max_prompt_tokens=self.max_tokens)
        recap = [said("user", ASKED), said("assistant", known)]
        return trim_to_budget([*rules, *recap, *chain(*recent), asked], self.max_tokens)

    def ask(self, text):
        asked = said("user", text)
        everything = [*self.messages, asked]
        request = everything
        if count_tokens(everything) > self.max_tokens:
            request = trim_to_budget(everything, self.max_tokens)  # raises where the question is too long
            with suppress(openai.OpenAIError, IncompleteReply):
                request = everything = self.shortened(asked)
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason == "length":
            raise IncompleteReply("cut off", choice.message.content or "")
        self.messages = [*everything, said("assistant", choice.message.content)]
        return choice.message.content
