"""Asks to remember the fact, and later tells the fact alone: that is another exchange."""
# fails: test_with_history_the_exchange_is_resent
# hint: send for the fact

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    reply = ask(client, [{"role": "user", "content": f"Please remember this. {fact}"}])
    exchange = [{"role": "user", "content": fact}, {"role": "assistant", "content": reply}]
    return ask(client, [*exchange, {"role": "user", "content": question}])
