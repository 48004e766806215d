"""Takes messages away, not turns."""
# fails: test_requests_are_sound
# hint: or turns, a question with its reply

from chat_memory import BudgetError, IncompleteReply, count_tokens, summarize
from common import MODEL


class ChatMemory:
    def __init__(self, client, system, max_tokens=3000, keep_recent=6):
        self.client, self.max_tokens, self.keep_recent = client, max_tokens, keep_recent
        self.messages = [{"role": "system", "content": system}]
        self.rules, self.summary = system, ""

    def ask(self, text):
        question = {"role": "user", "content": text}
        system, *kept = self.messages
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
            system = {"role": "system", "content": f"{self.rules}\n\nSummary so far: {summary}"}
        choice = self.client.chat.completions.create(model=MODEL, messages=[system, *kept, question]).choices[0]
        if choice.finish_reason != "stop":
            raise IncompleteReply("not whole")
        self.messages = [system, *kept, question, {"role": "assistant", "content": choice.message.content}]
        self.summary = summary
        return choice.message.content
