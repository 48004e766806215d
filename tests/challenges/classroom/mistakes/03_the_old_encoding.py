# names: encoding_of_gpt_4
import tiktoken


def count_tokens(messages):
    encoder = tiktoken.encoding_for_model("gpt-4")

    def count(text):
        return len(encoder.encode_ordinary(text))

    total = 3
    for m in messages:
        total += 3 + count(m["role"])
        total += count(m["content"]) if isinstance(m["content"], str) else sum(count(p["text"]) for p in m["content"])
        total += count(m["name"]) + 1 if "name" in m else 0
    return total
