"""Takes the message object for its text."""
# fails: test_with_history_one_call_tells_and_one_asks
# hint: What did you put into the list

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    messages.append({"role": "assistant", "content": answer.choices[0].message})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
