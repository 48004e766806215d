"""Does not believe the model that it finds no answer, and says what comes nearest in its own notes."""
# fails: test_what_was_never_said_is_not_made_up
# hint: the model, or your own code

from functools import cache

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL

MOST = 5  # notes that are sent
words_of = cache(lambda note: set(terms.of_fact(note)))


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.kept = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question, notes = {"role": "user", "content": text}, self.found(text)
        known = [{"role": "user", "content": "Notes?"}, {"role": "assistant", "content": "\n".join(notes)}]
        sent = [self.system, *(known if notes else []), question]
        while count_tokens(sent) > self.max_tokens:
            sent.pop(1)
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        if "no answer" in reply and notes:
            reply = (notes or self.kept)[-1].split(".")[0]
        self.kept.append(f"{text} {reply}")
        return reply

    def found(self, text):
        """What was kept that shares most with a text, oldest first: a word counts the more, the fewer hold it."""
        kept = [words_of(note) for note in self.kept]
        asked = {word: sum(word in words for words in kept) for word in terms.of_question(text)}
        scores = [sum(1 / asked[word] for word in words if word in asked) for words in kept]
        best = sorted((n for n, score in enumerate(scores) if score), key=lambda n: (scores[n], n))
        return [self.kept[n] for n in sorted(best[-MOST:])]
