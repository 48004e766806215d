"""Summarises the old turns only: what the previous note held is gone."""
# fails: test_an_early_fact_is_known_twenty_turns_later
# hint: what becomes of the note that was there before

import openai

from chat_memory import summarize
from common import MODEL

RECAP = {"role": "user", "content": "Please recap our conversation so far."}


def next_turn(client: openai.OpenAI, history: list[dict], text: str) -> list[dict]:
    request = [*shortened(client, history), {"role": "user", "content": text}]
    answer = client.chat.completions.create(model=MODEL, messages=request)
    return [*request, {"role": "assistant", "content": answer.choices[0].message.content}]


def shortened(client: openai.OpenAI, history: list[dict]) -> list[dict]:
    start = 3 if RECAP in history else 1
    if len(history) - start <= 8:
        return history
    note = summarize(client, history[start:-4], max_tokens=150, model=MODEL)
    return [history[0], RECAP, {"role": "assistant", "content": note}, *history[-4:]]
