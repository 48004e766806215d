"""Asks first and shortens afterwards, so that the history that comes back is short already."""

from itertools import chain

import openai

from chat_memory import IncompleteReply, split_turns, summarize
from common import MODEL

ASKED = "What do you know so far?"


def next_turn(client, history, text):
    longer = [*history, {"role": "user", "content": text}]
    reply = client.chat.completions.create(model=MODEL, messages=longer).choices[0].message.content
    longer.append({"role": "assistant", "content": reply})
    instructions, turns = split_turns(longer)
    known = ""
    if turns[0][0]["content"] == ASKED:
        known = turns.pop(0)[1]["content"]
    if sum(map(len, turns)) <= 8:
        return longer
    try:
        known = summarize(client, chain.from_iterable(turns[:-2]), known, 100, model=MODEL)
    except (openai.OpenAIError, IncompleteReply):
        return longer
    recap = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": known}]
    return [*instructions, *recap, *chain(*turns[-2:])]
