"""Begins each call with a system message, as many tutorials do, so that the question is not alone."""
# fails: test_without_history_nothing_is_resent
# hint: How many messages

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(
        client, [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": question}]
    )


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
