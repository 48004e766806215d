"""Plain functions: notes are taken of a few turns at once, a line each, and those that share words with a question are sent."""

from functools import partial
from types import SimpleNamespace

from chat_memory import count_tokens
from chat_memory.search import terms
from common import MODEL

PROMPT = (
    "Take notes of the messages below. Keep every fact, name, number, date, place and decision, whoever has said it, and what "
    "is not so. One short sentence each, which can be understood alone. Write the notes and nothing else, one a line."
)
AT_ONCE = 5  # turns of which notes are taken together
FOUND = 8  # notes that are sent


def Memory(client, system, max_tokens=2400):
    state = SimpleNamespace(notes=[], turns=[])
    rules = {"role": "system", "content": system}
    return SimpleNamespace(ask=partial(ask, client, rules, max_tokens, state))


def ask(client, rules, max_tokens, state, text):
    notes, turns = state.notes, state.turns
    if len(turns) > AT_ONCE:
        said = "\n".join(f"{m['role']}: {m['content']}" for turn in turns[:AT_ONCE] for m in turn)
        prompt = [{"role": "system", "content": PROMPT}, {"role": "user", "content": said}]
        notes = notes + call(client, prompt).splitlines() if count_tokens(prompt) <= max_tokens else notes
        turns = turns[AT_ONCE:]
    question = {"role": "user", "content": text}
    found, sent = notes_about(notes, text), list(turns)
    while count_tokens(request := messages(rules, found, sent, question)) > max_tokens and (found or sent):
        found, sent = (found, sent[1:]) if sent else (found[1:], sent)
    reply = call(client, request)
    state.notes, state.turns = notes, [*turns, [question, {"role": "assistant", "content": reply}]]
    return reply


def messages(rules, notes, turns, question):
    known = {"role": "assistant", "content": "\n".join(["My notes, the newest last:", *notes])}
    opening = [{"role": "user", "content": "What have you noted?"}, known] if notes else []
    return [rules, *opening, *(message for turn in turns for message in turn), question]


def notes_about(notes, text):
    """The notes that share most terms with a text, in the order in which they were taken."""
    asked = set(terms.of_question(text))
    shared = {number: len(asked & set(terms.of_fact(note))) for number, note in enumerate(notes)}
    best = sorted((n for n in shared if shared[n]), key=lambda n: (shared[n], n), reverse=True)[:FOUND]
    return [notes[number] for number in sorted(best)]


def call(client, sent):
    return client.chat.completions.create(model=MODEL, messages=sent).choices[0].message.content
