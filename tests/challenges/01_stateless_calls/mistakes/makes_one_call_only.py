"""Tells and asks in the same call."""
# fails: test_with_history_one_call_tells_and_one_asks
# hint: Which call tells, and which one asks

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    return ask(client, [{"role": "user", "content": fact}, {"role": "user", "content": question}])
