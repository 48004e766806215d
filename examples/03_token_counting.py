"""The prompt tokens of a request, counted before it is sent and compared with the server's count; then what a chat costs.

Run it from any directory: python examples/03_token_counting.py
"""

import argparse
import sys

import tiktoken

from common import MODEL, PRICE, ending_well, get_client

ENCODING = "o200k_base"  # OpenAI's chat models since gpt-4o; tiktoken does not know the newest of them by name
TRIP = [
    {"role": "system", "content": "You are a helpful travel assistant."},
    {"role": "user", "content": "I'm planning a trip to Japan."},
    {"role": "assistant", "content": "Japan, good. What would you like to know?"},
    {"role": "user", "content": "When should I visit?"},
]
REQUESTS = {
    "one message": [{"role": "user", "content": "Hello"}],
    "four messages": TRIP,
    "a name": [{"role": "user", "name": "Ana", "content": "Hello"}],
    "Chinese, emoji": [{"role": "user", "content": "备用钥匙在哪里？ 🌷"}],
    "a special token": [{"role": "user", "content": "What does <|endoftext|> mean?"}],
}


def tokens_in(text: str) -> int:
    """Count the tokens of a text, whatever it says."""
    return len(tiktoken.get_encoding(ENCODING).encode_ordinary(text))


def count_tokens(messages: list[dict]) -> int:
    """Count the prompt tokens of a request: the rule of the OpenAI Cookbook."""
    total = 3  # prime the reply
    for message in messages:
        total += 3  # begin and end a message
        total += sum(tokens_in(text) for text in message.values())  # role, content, name
        total += 1 if "name" in message else 0
    return total


def request_sizes(turns: int, question: str, reply: str) -> list[int]:
    """Return the prompt tokens of each request of a chat that resends everything, without sending any."""
    asked, answered = {"role": "user", "content": question}, {"role": "assistant", "content": reply}
    first = count_tokens([asked])
    growth = count_tokens([asked, answered, asked]) - first  # the same with every turn
    return [first + growth * turns_before for turns_before in range(turns)]


def main() -> None:
    """Compare counts with the server, then look ahead at the cost of a long chat."""
    argparse.ArgumentParser(
        description="Count the tokens of requests before they are sent, and compare with the server's count."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()

    print(f"{'':16} counted   server")
    for title, messages in REQUESTS.items():
        usage = client.chat.completions.create(model=MODEL, messages=messages).usage
        print(f"{title:16} {count_tokens(messages):7}  {usage.prompt_tokens if usage else 'unsaid':>7}")

    print("\nA chat with replies of 150 words, everything resent:")
    for turns in (25, 50, 100, 200):
        total = sum(request_sizes(turns, "When should I visit?", " spring" * 150))
        print(f"{turns:4} turns {total:10,} tokens {total * PRICE.input / 1_000_000:8.4f} dollars")


if __name__ == "__main__":
    with ending_well():
        main()
