"""Keeps the exchange in a list outside the function, which the next one finds again."""
# fails: test_with_history_one_call_tells_and_one_asks
# hint: once for the whole program, or anew

from common import MODEL

messages = []


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages.append({"role": "user", "content": fact})
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
