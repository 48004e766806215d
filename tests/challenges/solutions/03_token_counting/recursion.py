"""Head and tail, with an argument more, and 4 for the marks and the role, which is always one token."""

from tiktoken import get_encoding


def count_tokens(messages: list[dict], so_far: int = 3) -> int:
    if not messages:
        return so_far
    head, *tail = messages
    texts = [head["content"]] + ([head["name"]] if "name" in head else [])
    pieces = get_encoding("o200k_base").encode_ordinary_batch(texts)
    return count_tokens(tail, so_far + 4 + sum(len(piece) for piece in pieces) + (len(texts) - 1))
