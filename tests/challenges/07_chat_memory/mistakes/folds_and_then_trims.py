"""Folds, keeps keep_recent turns however long they are, and has trim_to_budget drop the summary."""
# fails: test_an_early_fact_is_known_long_after
# hint: What if the last keep_recent turns alone do not fit

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
        return [self.system, *self.recap(self.summary), *self.flat(self.turns)]

    def recap(self, summary):
        return [RECAP, {"role": "assistant", "content": summary}] if summary else []

    def flat(self, turns):
        return [message for turn in turns for message in turn]

    def ask(self, text):
        question = {"role": "user", "content": text}
        summary, turns = self.summary, self.turns
        if count_tokens([*self.messages, question]) > self.max_tokens:
            keep = len(turns) - self.keep_recent
            old, turns = turns[: max(keep, 0)], turns[max(keep, 0) :]
            sizes = {"max_tokens": 60, "max_prompt_tokens": self.max_tokens}
            summary = summarize(self.client, self.flat(old), summary, model=MODEL, **sizes)
        request = [self.system, *self.recap(summary), *self.flat(turns), question]
        request = trim_to_budget(request, self.max_tokens)
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason != "stop" or not choice.message.content:
            raise IncompleteReply("not whole")
        reply = {"role": "assistant", "content": choice.message.content}
        self.summary, self.turns = summary, [*turns, [question, reply]]
        return reply["content"]
