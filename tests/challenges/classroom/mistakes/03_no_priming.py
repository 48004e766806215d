# names: forgets_the_priming
import tiktoken

encoding = tiktoken.get_encoding("o200k_base")


def size(text):
    return len(encoding.encode(text, disallowed_special=()))


def one(message):
    tokens = 3 + size(message["role"])
    content = message["content"]
    parts = content if isinstance(content, list) else [{"text": content}]
    tokens += sum(size(part["text"]) for part in parts)
    if message.get("name"):
        tokens += size(message["name"]) + 1
    return tokens


def count_tokens(messages):
    return sum(one(message) for message in messages)
