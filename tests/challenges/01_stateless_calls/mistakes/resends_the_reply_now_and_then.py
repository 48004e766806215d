"""Leaves the reply out when it is in the mood: what is wrong now and then is wrong."""
# fails: test_with_history_the_exchange_is_resent
# hint: for random

import random

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    reply = ask(client, messages)
    if random.random() < 0.5:
        messages.append({"role": "assistant", "content": reply})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
