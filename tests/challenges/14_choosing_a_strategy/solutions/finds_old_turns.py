"""Asks no model for anything: all turns are kept, and those that share words with the question are sent, with the last ones."""

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL

RECENT = 1  # turns that are always sent
FOUND = 4  # turns that are looked for


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens = client, max_tokens
        self.system = {"role": "system", "content": system}
        self.turns, self.words = [], []

    def ask(self, text):
        question = {"role": "user", "content": text}
        last = range(max(0, len(self.turns) - RECENT), len(self.turns))
        sent = self.request(last, question)
        chosen = set(last)
        for number in self.found(text)[:FOUND]:
            more = self.request(chosen | {number}, question)
            if count_tokens(more) <= self.max_tokens:
                chosen, sent = chosen | {number}, more
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.turns.append([question, {"role": "assistant", "content": reply}])
        self.words.append(set(terms.of_fact(f"{text}\n{reply}")))
        return reply

    def request(self, numbers, question):
        return [self.system, *(message for number in sorted(numbers) for message in self.turns[number]), question]

    def found(self, text):
        """The turns that share most with a text: a word counts the more, the fewer turns it stands in."""
        holding = {word: [n for n, said in enumerate(self.words) if word in said] for word in terms.of_question(text)}
        scores = [0.0] * len(self.turns)
        for numbers in holding.values():
            for number in numbers:
                scores[number] += 1 / len(numbers)
        return sorted((n for n, score in enumerate(scores) if score > 0), key=lambda n: (scores[n], n), reverse=True)
