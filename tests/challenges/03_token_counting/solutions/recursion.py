"""Head and tail, with an argument more, and 4 for the marks and the role, which is always one token."""

from tiktoken import get_encoding


def count_tokens(messages: list[dict], so_far: int = 3) -> int:
    if not messages:
        return so_far
    head, *tail = messages
    match head["content"]:
        case str(text):
            texts = [text]
        case parts:
            texts = [text for part in parts for key, text in part.items() if key == "text"]
    if "name" in head:
        so_far += 1
        texts.append(head["name"])
    pieces = map(get_encoding("o200k_base").encode_ordinary, texts)
    return count_tokens(tail, so_far + 4 + sum(map(len, pieces)))
