# names: characters_by_four
import math


def count_tokens(messages):
    total = 3
    for message in messages:
        total += 3 + 1
        text = message["content"]
        if isinstance(text, list):
            text = "".join(part["text"] for part in text)
        total += math.ceil(len(text) / 4)
        if "name" in message:
            total += math.ceil(len(message["name"]) / 4) + 1
    return total
