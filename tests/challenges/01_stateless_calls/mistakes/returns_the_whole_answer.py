"""Returns the answer, and not its text."""
# fails: test_without_history_the_second_reply_comes_back
# hint: Where in the answer is the text

from common import MODEL


def ask_without_history(client, fact, question):
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": fact}])
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    messages.append({"role": "user", "content": question})
    return client.chat.completions.create(model=MODEL, messages=messages)
