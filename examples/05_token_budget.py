"""A long talk inside a token budget: before every call, as many of the newest turns as fit, and room for the reply.

Run it from any directory: python examples/05_token_budget.py
"""

import argparse
import sys

import openai

from chat_memory import BudgetError, count_tokens, show_request, trim_to_budget
from common import MODEL, ending_well, get_client

BUDGET = 350  # tokens, for a request and its reply
REPLY = 50  # of these, kept free for the reply

SYSTEM = "You are a helpful travel assistant."
TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]
NOTES = "My notes: " + " ".join(f"Bus {n} goes to village {n}." for n in range(1, 39))


def ask_within_budget(client: openai.OpenAI, history: list[dict], text: str) -> tuple[list[dict], list[dict], int]:
    """Ask a question and return (the history with this turn, what was sent, its prompt tokens).

    The caller's history stays as it is. Raises BudgetError where the question alone is too long.
    """
    asked = [*history, {"role": "user", "content": text}]
    sent = trim_to_budget(asked, BUDGET, reply_tokens=REPLY)
    answer = client.chat.completions.create(model=MODEL, messages=sent)
    reply = {"role": "assistant", "content": answer.choices[0].message.content or "(no text)"}
    return [*asked, reply], sent, answer.usage.prompt_tokens if answer.usage else count_tokens(sent)


def main() -> None:
    """Talk for many turns, show the last request, then ask a question that is too long."""
    argparse.ArgumentParser(
        description="Hold a long talk inside a budget of tokens, and ask a question that is too long for it."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()
    history = [{"role": "system", "content": SYSTEM}]

    print(f"Budget {BUDGET} tokens, {REPLY} of them for the reply: at most {BUDGET - REPLY} for a request.\n")
    for text in [*TRIP * 3, NOTES[: len(NOTES) // 2], *TRIP * 4]:
        history, sent, tokens = ask_within_budget(client, history, text)
        shown = text if len(text) <= 40 else text[:39] + "…"
        print(f"{shown:40}  {tokens:3} prompt tokens, history {count_tokens(history):3}")

    print(f"\n{show_request(sent, budget=BUDGET, title='The last request')}")
    print(f"→ {history[-1]['content']}\n")

    try:
        ask_within_budget(client, history, f"{NOTES} Which bus goes to village 7?")
    except BudgetError as error:
        print(f"A question that is too long: {error}")


if __name__ == "__main__":
    with ending_well():
        main()
