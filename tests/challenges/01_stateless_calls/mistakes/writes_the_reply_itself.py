"""Copies the reply that the model gave in the lesson."""
# fails: test_with_history_the_exchange_is_resent
# hint: from the first answer, or from you

from common import MODEL


def ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(
        client,
        [
            {"role": "user", "content": fact},
            {"role": "assistant", "content": "Noted."},
            {"role": "user", "content": question},
        ],
    )
