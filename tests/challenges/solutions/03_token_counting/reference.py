"""The rule of the OpenAI Cookbook, as the lesson found it."""

import tiktoken

from common import MODEL, get_client

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_in(text: str) -> int:
    """Count the tokens of a text, whatever it says."""
    return len(ENCODING.encode_ordinary(text))


def count_tokens(messages: list[dict]) -> int:
    """Return the prompt tokens of a request with these messages."""
    total = 3  # prime the reply
    for message in messages:
        total += 3  # begin and end a message
        total += sum(tokens_in(text) for text in message.values())  # role, content, name
        total += 1 if "name" in message else 0
    return total


if __name__ == "__main__":
    hello = [{"role": "user", "name": "Ana", "content": "Hello <|endoftext|>"}]
    answer = get_client().chat.completions.create(model=MODEL, messages=hello)
    print(f"mine {count_tokens(hello)}, server {answer.usage.prompt_tokens}")
