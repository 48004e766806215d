"""Keeps what all users have told in a system message, which everybody's calls begin with."""
# fails: test_a_second_exchange_begins_afresh
# hint: once for the whole program, or anew

from common import MODEL

told = []


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "system", "content": " ".join(["Be kind.", *told])}, {"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    told.append(fact)
    return ask(client, messages)
