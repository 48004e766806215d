"""The rule of the OpenAI Cookbook, as the lesson found it; of a part its text counts, and nothing else."""

import tiktoken

from common import MODEL, get_client

ENCODING = tiktoken.get_encoding("o200k_base")


def tokens_in(text: str) -> int:
    """Count the tokens of a text, whatever it says."""
    return len(ENCODING.encode_ordinary(text))


def texts_of(content: str | list[dict]) -> list[str]:
    """The texts of a content: it is one, or has one in each of its parts."""
    return [content] if isinstance(content, str) else [part["text"] for part in content]


def count_tokens(messages: list[dict]) -> int:
    """Return the prompt tokens of a request with these messages."""
    total = 3  # prime the reply
    for message in messages:
        total += 3  # begin and end a message
        total += tokens_in(message["role"])
        total += sum(tokens_in(text) for text in texts_of(message["content"]))
        total += tokens_in(message["name"]) + 1 if "name" in message else 0
    return total


if __name__ == "__main__":
    parts = [{"type": "text", "text": "Hello <|endoftext|>"}, {"type": "text", "text": "there"}]
    hello = [{"role": "user", "name": "Ana", "content": parts}]
    answer = get_client().chat.completions.create(model=MODEL, messages=hello)
    print(f"mine {count_tokens(hello)}, server {answer.usage.prompt_tokens}")
