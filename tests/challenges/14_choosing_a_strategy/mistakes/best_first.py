"""Sends what it has found with the best first, so that an old value can stand behind a new one."""
# fails: test_of_what_was_corrected_the_new_value_is_known
# hint: Which of the two stands nearer to the end

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=1200):
        self.client, self.max_tokens, self.kept = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}
        sent = [self.system, question]
        for turn in self.found(text)[:5]:
            if count_tokens([*sent, *turn]) <= self.max_tokens:
                sent[-1:] = [*turn, question]
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.kept.append([question, {"role": "assistant", "content": reply}])
        return reply

    def found(self, text):
        """The turns that share words with a text: the newest first."""
        asked = set(terms.of_question(text))
        shared = [len(asked & set(terms.of_fact(turn[0]["content"] + " " + turn[1]["content"]))) for turn in self.kept]
        best = sorted(range(len(shared)), key=lambda n: (shared[n], n), reverse=True)
        return [self.kept[n] for n in best if shared[n]]
