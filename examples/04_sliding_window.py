"""A conversation that sends its last three turns only: the requests stop growing, and what only an old turn said is lost.

Run it from any directory: python examples/04_sliding_window.py
"""

import argparse
import sys
from collections.abc import Callable

import openai

from chat_memory import count_tokens, show_request, sliding_window
from common import MODEL, ending_well, get_client

SYSTEM = "You help to plan a dinner. Call the user Chef."
DINNER = [
    "My name is Ana and I am allergic to peanuts.",
    "I am cooking for six friends on Saturday.",
    "The starter is a tomato soup.",
    "How many friends are coming?",
    "The main course is a mushroom risotto.",
    "What is the starter?",
    "My sister Lena brings the dessert.",
    "She also brings candles.",
]
RECIPE = "Here is the recipe. " + "Add a ladle of broth and stir. " * 20
EVENING = [
    "The guests arrive at seven.",
    "When do the guests arrive?",
    "We eat in the garden.",
    "My friend Tom lends us two chairs.",
    "Who lends us chairs?",
    "After dinner we play cards.",
    "My neighbour Ben brings the wine.",
]
QUESTIONS = ["Who brings the wine?", "What am I allergic to?"]  # the one rests on a late turn, the other on the first
TALK = [*DINNER, RECIPE, *EVENING, *QUESTIONS]


def run_chat(client: openai.OpenAI, user_turns: list[str], choose: Callable = list) -> tuple[list[dict], list[int]]:
    """Hold a conversation; return its whole history, and the prompt tokens of each request."""
    history, sizes = [{"role": "system", "content": SYSTEM}], []
    for text in user_turns:
        history.append({"role": "user", "content": text})
        answer = client.chat.completions.create(model=MODEL, messages=(sent := choose(history)))
        history.append({"role": "assistant", "content": answer.choices[0].message.content or "(no text)"})
        sizes.append(answer.usage.prompt_tokens if answer.usage else count_tokens(sent))
    return history, sizes


def last_three(history: list[dict]) -> list[dict]:
    """Choose the instructions and the last three turns."""
    return sliding_window(history, keep_turns=3)


def main() -> None:
    """Hold the same conversation with everything sent and with three turns; compare the bill and the answers."""
    argparse.ArgumentParser(
        description="Hold a conversation twice: with everything sent, and with the last three turns only."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()
    whole, whole_sizes = run_chat(client, TALK)
    slid, slid_sizes = run_chat(client, TALK, last_three)

    print("prompt tokens  everything  last three turns")
    for turn, sizes in enumerate(zip(whole_sizes, slid_sizes, strict=True), start=1):
        print(f"turn {turn:2}         {sizes[0]:10} {sizes[1]:17}")
    print(f"all turns       {sum(whole_sizes):9} {sum(slid_sizes):17}\n")

    for title, history in (("Everything", whole), ("The last three turns", slid)):
        print(title)
        for message in history[-4:]:
            print(f"  {message['role']:9}  {message['content']}")
    print(f"\n{len(slid)} messages are still in the history. The last request held these:")
    print(show_request(last_three(slid[:-1])))


if __name__ == "__main__":
    with ending_well():
        main()
