"""Makes its list once, as the default of an argument: all memories write into it."""
# fails: test_two_memories_share_nothing
# hint: Where are your lists made

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400, turns=[]):  # noqa: B006
        self.client, self.max_tokens, self.turns = client, max_tokens, turns
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question, sent = {"role": "user", "content": text}, []
        asked = set(terms.of_question(text))
        shared = [len(asked & words) for _, words in self.turns]
        for n in sorted((n for n in range(len(shared)) if shared[n]), key=lambda n: (shared[n], n), reverse=True)[:6]:
            more = sorted([*sent, n])
            if count_tokens(self.request(more, question)) <= self.max_tokens:
                sent = more
        request = self.request(sent, question)
        reply = self.client.chat.completions.create(model=MODEL, messages=request).choices[0].message.content
        turn = [question, {"role": "assistant", "content": reply}]
        self.turns.append((turn, set(terms.of_fact(f"{text} {reply}"))))
        return reply

    def request(self, numbers, question):
        return [self.system, *(message for n in numbers for message in self.turns[n][0]), question]
