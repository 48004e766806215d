"""Two lists of messages; the second call sends one or the other."""

from common import MODEL


def ask(client, messages: list[dict]) -> str:
    """Send messages to the model and return the text of its reply."""
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    return answer.choices[0].message.content


def ask_without_history(client, fact: str, question: str) -> str:
    """Tell the fact in one call, ask the question alone in the next, and return the text of the second reply."""
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact: str, question: str) -> str:
    """The same, but the second call sends the whole exchange again, with the question at its end."""
    exchange = [{"role": "user", "content": fact}]
    exchange.append({"role": "assistant", "content": ask(client, exchange)})
    exchange.append({"role": "user", "content": question})
    return ask(client, exchange)
