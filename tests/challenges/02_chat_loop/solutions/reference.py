"""Append, send all, append; without the replies, only the first two steps."""

from common import MODEL

TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def ask(client, messages: list[dict]) -> str:
    """Send messages to the model and return the text of its reply."""
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    return answer.choices[0].message.content


def run_chat(client, system: str, user_turns: list[str]) -> list[dict]:
    """Hold a conversation and return its whole history: the system message, then user and assistant in turn."""
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": ask(client, messages)})
    return messages


def run_chat_without_replies(client, system: str, user_turns: list[str]) -> list[str]:
    """Hold a conversation without sending any reply back, and return the texts of the replies."""
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text})
        replies.append(ask(client, messages))
    return replies


def which_question_breaks() -> tuple[int, str]:
    """Return the number of the message of TRIP that breaks (1, 2 or 3), and the one word it needs that only the model said."""
    return 3, "spring"
