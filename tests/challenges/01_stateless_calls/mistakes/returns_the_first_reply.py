"""Returns the reply to the fact."""
# fails: test_without_history_the_second_reply_comes_back
# hint: Which of the two answers

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    reply = ask(client, [{"role": "user", "content": fact}])
    ask(client, [{"role": "user", "content": question}])
    return reply


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
