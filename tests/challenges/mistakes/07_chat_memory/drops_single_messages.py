"""Takes messages away, not turns."""
# fails: test_requests_are_sound
# hint: a question from its reply

from chat_memory import BudgetError, IncompleteReply, count_tokens, summarize
from common import MODEL

ASKED = "What do you know so far?"


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.messages = [{"role": "system", "content": system}]
        self.summary = ""

    def ask(self, text):
        question = {"role": "user", "content": text}
        system, *kept = self.messages
        kept = kept[2:] if self.summary else kept
        summary, old = self.summary, []
        while count_tokens([system, *kept, question]) > self.max_tokens - (80 if old else 0):
            if not kept:
                raise BudgetError({"the question": count_tokens([question])}, self.max_tokens)
            old.append(kept.pop(0))
            if not kept or (len(old) == 1 and len(kept) > 2 * self.keep_recent):
                while len(kept) > 2 * self.keep_recent - 1:
                    old.append(kept.pop(0))
        if old:
            summary = summarize(self.client, old, summary, 60, model=MODEL, max_prompt_tokens=self.max_tokens)
        recap = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": summary}] if summary else []
        request = [system, *recap, *kept, question]
        choice = self.client.chat.completions.create(model=MODEL, messages=request).choices[0]
        if choice.finish_reason != "stop":
            raise IncompleteReply("not whole")
        self.messages = [*request, {"role": "assistant", "content": choice.message.content}]
        self.summary = summary
        return choice.message.content
