"""Returns the message of the answer, and not its text."""
# fails: test_without_history_the_second_reply_comes_back
# hint: Where in the answer is the text

from common import MODEL


def ask(client, text):
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}]).choices[0].message


def ask_without_history(client, fact, question):
    ask(client, fact)
    return ask(client, question)


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}, ask(client, fact), {"role": "user", "content": question}]
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message
