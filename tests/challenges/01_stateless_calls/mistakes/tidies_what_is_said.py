"""Makes one line of what was said in several, and cuts it where it is long."""
# fails: test_whatever_is_said
# hint: is it cut, stripped

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def tidy(text):
    return " ".join(text.split())[:400]


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": tidy(fact)}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": tidy(question)})
    return ask(client, messages)
