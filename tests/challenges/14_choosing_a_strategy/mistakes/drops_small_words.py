"""Keeps the words that matter, and no small ones: no, not and never are small."""
# fails: test_what_is_not_so_is_known
# hint: One small word turns it around

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=1200):
        self.client, self.max_tokens, self.kept = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        asked = set(terms.of_question(text))
        shared = [len(asked & set(terms.of_fact(note))) for note in self.kept]
        best = sorted((n for n in range(len(shared)) if shared[n]), key=lambda n: (shared[n], n))[-8:]
        notes = {"role": "assistant", "content": "\n\n".join(self.kept[n] for n in sorted(best))}
        sent = [self.system, *([{"role": "user", "content": "Notes?"}, notes] if best else []), question]
        while count_tokens(sent) > self.max_tokens:
            sent.pop(1)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.kept.append(" ".join(word for word in f"{text} {reply}".split() if len(word) > 3 and word != "Nobody" and word != "never" or word[0].isdigit()))
        return reply
