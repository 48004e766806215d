"""Two calls, the second of which cannot know the first; then the same question with the exchange resent.

Run it from any directory: python examples/01_stateless_calls.py
"""

import argparse
import sys

from chat_memory import show_request
from common import MODEL, ending_well, get_client

FACT = {"role": "user", "content": "My name is Ana and my dog is called Biscuit."}
QUESTION = {"role": "user", "content": "What is my dog called?"}


def main() -> None:
    """Ask with and without the history, and show what was sent."""
    argparse.ArgumentParser(
        description="Ask a question in two calls: without the exchange before it, then with it."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()

    def ask(messages: list[dict]) -> str:
        return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content or "(no text)"

    reply = {"role": "assistant", "content": ask([FACT])}
    for title, request in (("The question alone", [QUESTION]), ("With the exchange resent", [FACT, reply, QUESTION])):
        print(show_request(request, title=title))
        print(f"→ {ask(request)}\n")


if __name__ == "__main__":
    with ending_well():
        main()
