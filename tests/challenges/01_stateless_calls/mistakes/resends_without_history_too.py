"""Uses one list for both calls, also where nothing should be resent."""
# fails: test_without_history_nothing_is_resent
# hint: Which list does the second call send

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    ask(client, messages)
    messages.append({"role": "user", "content": question})
    return ask(client, messages)


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
