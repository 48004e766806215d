"""Reminds the model in the question that it was told something."""
# fails: test_without_history_nothing_is_resent
# hint: the question as it came in

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": f"You know it. {question}"}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
