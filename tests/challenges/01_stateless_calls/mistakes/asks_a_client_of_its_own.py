"""Makes a client and ignores the one it was given."""
# fails: test_without_history_one_call_tells_and_one_asks
# hint: is it the client among your arguments

from common import MODEL, get_client

client_of_mine = get_client()


def ask(client, messages):
    return client_of_mine.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
