"""Keeps the first line of what is said: of a long message it seems to be enough."""
# fails: test_what_a_tool_has_found_is_known
# hint: The result came in lines

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
        best = sorted((n for n in range(len(shared)) if shared[n]), key=lambda n: (shared[n], n))[-6:]
        notes = {"role": "assistant", "content": "\n".join(self.kept[n] for n in sorted(best))}
        sent = [self.system, *([{"role": "user", "content": "Notes?"}, notes] if best else []), question]
        while count_tokens(sent) > self.max_tokens:
            sent.pop(1)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.kept.append(f"{text.splitlines()[0]} {reply.splitlines()[0]}")
        return reply
