"""Sends the note as a user message, before that of the first turn."""
# fails: test_user_and_assistant_take_turns
# hint: which roles have the messages before and behind it

import openai

from chat_memory import summarize
from common import MODEL

NOTE = "Summary so far: "


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    """Ask `text` with what is remembered, and return the history with the question and its reply."""
    request = [*shortened(client, history), {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]


def shortened(client: openai.OpenAI, history: list[dict]) -> list[dict]:
    """Past 8 messages, return a history with the oldest turns in its note."""
    noted = history[1:] and history[1]["content"].startswith(NOTE)
    start = 2 if noted else 1
    if len(history) - start <= 8:
        return history
    note = history[1]["content"].removeprefix(NOTE) if noted else ""
    note = summarize(client, history[start:-4], note, max_tokens=150, model=MODEL)
    return [history[0], {"role": "user", "content": NOTE + note}, *history[-4:]]
