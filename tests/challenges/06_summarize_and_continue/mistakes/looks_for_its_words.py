"""Knows the note by its words, which a user may say as well."""
# fails: test_a_user_may_say_anything
# hint: A user says those, too

import openai

from chat_memory import summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    """Ask `text` with what is remembered, and return the history with the question and its reply."""
    request = [*shortened(client, history), {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]


def shortened(client: openai.OpenAI, history: list[dict]) -> list[dict]:
    """Past 8 messages, return a history with the oldest turns in its note."""
    start = 3 if RECAP in history else 1
    if len(history) - start <= 8:
        return history
    note = history[2]["content"] if RECAP in history else ""
    note = summarize(client, history[start:-4], note, max_tokens=150, model=MODEL)
    return [history[0], RECAP, {"role": "assistant", "content": note}, *history[-4:]]
