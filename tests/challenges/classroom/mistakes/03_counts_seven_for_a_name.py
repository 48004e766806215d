# names: none
import tiktoken

ENCODING = tiktoken.get_encoding("o200k_base")


def count_tokens(messages):
    total = 3
    for message in messages:
        content = message["content"]
        texts = [content] if isinstance(content, str) else [part["text"] for part in content]
        total += 3 + sum(len(ENCODING.encode_ordinary(text)) for text in [message["role"], *texts])
        total += 7 if "name" in message else 0
    return total
