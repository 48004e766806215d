"""Folds after the reply: the request has been sent by then."""
# fails: test_no_request_is_over_the_budget
# hint: before it is sent

from itertools import chain

from chat_memory import IncompleteReply, count_tokens, summarize, trim_to_budget
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.system = {"role": "system", "content": system}
        self.summary, self.turns = "", []

    @property
    def messages(self):
        recap = [RECAP, {"role": "assistant", "content": self.summary}] if self.summary else []
        return [self.system, *recap, *chain(*self.turns)]

    def ask(self, text):
        question = {"role": "user", "content": text}
        trim_to_budget([self.system, question], self.max_tokens)
        choice = self.client.chat.completions.create(model=MODEL, messages=[*self.messages, question]).choices[0]
        if choice.finish_reason != "stop":
            raise IncompleteReply("not whole")
        turns = [*self.turns, [question, {"role": "assistant", "content": choice.message.content}]]
        self.turns = turns
        if count_tokens(self.messages) > self.max_tokens:
            old = chain(*turns[: -self.keep_recent])
            sizes = {"max_tokens": 60, "max_prompt_tokens": self.max_tokens}
            self.summary = summarize(self.client, old, self.summary, model=MODEL, **sizes)
            self.turns = turns[-self.keep_recent :]
        return choice.message.content
