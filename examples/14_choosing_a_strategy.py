"""Strategies of memory side by side: what each remembers of a talk, what it costs, and what it loses.

Run it from any directory: python examples/14_choosing_a_strategy.py
"""

import argparse
import sys

import openai

from chat_memory import sliding_window
from chat_memory.scoreboard import STRATEGIES, Talk, by_kind, compare, difference, table, talks, without_cache, written
from common import MODEL, OFFLINE_MODEL, PRICE, ending_well, get_client, no_answer, offline_server

NAMES = ("everything", "nothing", "budget, cut lower", "turns found by search", "facts and summary")
BUDGET = 1_500  # tokens of a request and its reply


def messages_of(talk: Talk) -> list[dict]:
    """The whole talk, as one would send it."""
    history = [{"role": "system", "content": talk.system}]
    for turn in talk.turns:
        history.append({"role": "user", "content": turn.without_tools})
        history.append({"role": "assistant", "content": turn.reply})
    return history


def main() -> None:
    """Ask one question by hand, and all of them of some strategies."""
    parser = argparse.ArgumentParser(
        description="Measure what strategies of memory remember of a talk, and what they cost."
    )
    parser.add_argument("--seed", type=int, default=14, help="which talk is made (default: 14)")
    seed = parser.parse_args().seed
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()

    [talk] = talks(seed, number=1, turns=44, each=2)
    history, planted = messages_of(talk), next(each for each in talk.planted if each.kind == "early")
    print(f"{planted.question} (right: {planted.answers[0]})")
    for name, messages in {"everything": history, "the last 8 turns": sliding_window(history, 8)}.items():
        request = [*messages, {"role": "user", "content": planted.question}]
        try:
            answer = client.chat.completions.create(model=MODEL, messages=request).choices[0].message.content
        except openai.OpenAIError as error:
            answer = no_answer(error)
        print(f"    {name:17} {answer or '(no text)'}")

    strategies = [strategy for strategy in STRATEGIES if strategy.name in NAMES]
    strategies.append(written("facts and summary", "oracle"))
    board = compare(
        [talk],
        lambda talk: offline_server(says=talk.says).client(),
        strategies=strategies,
        model=OFFLINE_MODEL,
        max_tokens=BUDGET,
    )
    print(f"\nIn one sitting:\n{table(board, PRICE)}\n\nBy kind of fact:\n{by_kind(board, PRICE)}\n")
    slow = without_cache(PRICE)
    costs = ", ".join(f"{result.strategy} ${1000 * result.money(slow):.2f}" for result in board.by_money(slow))
    print(f"A message a day, for 1,000 talks: {costs}")
    print(difference(board["everything"], board["budget, cut lower"]))


if __name__ == "__main__":
    with ending_well():
        main()
