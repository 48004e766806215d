"""Answers from its own notes, without the model, whenever a search finds something."""
# fails: test_what_was_never_said_is_not_made_up
# hint: the model, or your own code

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
        if len(text.split()) < 14 and text.endswith("?"):
            shared = [len(asked & set(terms.of_fact(note))) for note in self.kept]
            best = max(range(len(shared)), key=lambda n: (shared[n], n))
            if shared[best]:
                return self.kept[best]
        sent = [self.system, question]
        reply = self.client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
        self.kept += [text] if "\n" in text else sentences(f"{text} {reply}")
        return reply


def sentences(text):
    return [sentence.strip() + "." for sentence in text.replace("?", ".").split(". ") if sentence.strip()]
