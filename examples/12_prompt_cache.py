"""A long talk whose requests begin alike: what is read from the prompt cache, and what each way of sending it costs.

Run it from any directory: python examples/12_prompt_cache.py
"""

import argparse
import sys
from collections.abc import Callable

import openai

from chat_memory import message_tokens, trim_to_budget
from common import MODEL, OFFLINE_MODEL, PRICE, ending_well, get_client, no_answer, offline_server

BUDGET = 2000  # tokens of a request
LOWER_MARK = 1200  # tokens: over the budget, the talk is cut down to this
TURNS = 40

ROOMS = " ".join(f"Room {n} shows {n + 3} ships of the year {1600 + 3 * n}." for n in range(1, 81))
RULES = {"role": "system", "content": "You are the guide of a museum of ships."}
MORE = "We look at every picture, read what stands below it, and ask how people could live on such a ship for so long."
SAID = [f"In room {n} we see {n + 3} ships of the year {1600 + 3 * n}. {MORE} {MORE}" for n in range(1, TURNS)]
SAID.append("What time is it?")

# of the history and a note: what is kept of the history, and the request
Request = Callable[[list[dict], dict], tuple[list[dict], list[dict]]]


def trimmed(history: list[dict], note: dict) -> tuple[list[dict], list[dict]]:
    """Trim to the budget in each turn: every request begins with another turn."""
    kept = trim_to_budget(history, BUDGET - message_tokens(note))
    return kept, [*kept, note]


def clock_in_front(history: list[dict], note: dict) -> tuple[list[dict], list[dict]]:
    """Cut seldom, but put the time behind the rules: every request has another beginning."""
    kept = trim_to_budget(history, BUDGET - message_tokens(note), cut_to=LOWER_MARK)
    return kept, [kept[0], note, *kept[1:]]


def cut_seldom(history: list[dict], note: dict) -> tuple[list[dict], list[dict]]:
    """Cut seldom and deep, and put the time behind the question: most requests only append."""
    kept = trim_to_budget(history, BUDGET - message_tokens(note), cut_to=LOWER_MARK)
    return kept, [*kept, note]


WAYS = {"trimmed in each turn": trimmed, "clock in front": clock_in_front, "cut seldom, clock last": cut_seldom}


def read_and_written(usage: object) -> tuple[int, int]:
    """The prompt tokens that were read from the cache, and those that were written to it; 0 where nothing is said."""
    details = usage.prompt_tokens_details
    read, written = (getattr(details, name, None) or 0 for name in ("cached_tokens", "cache_write_tokens"))
    return read, written


def hold(request_of: Request) -> tuple[int, int, int, float, str]:
    """Hold the talk with a server of its own; return its prompt tokens, those read and written, the dollars, the last reply."""
    client, history = offline_server().client(), [RULES]
    sent, read, written, dollars = 0, 0, 0, 0.0
    for turn, text in enumerate(SAID):
        note = {"role": "system", "content": f"It is {10 + turn // 60}:{turn % 60:02}."}
        history, request = request_of([*history, {"role": "user", "content": text}], note)
        answer = client.chat.completions.create(model=OFFLINE_MODEL, messages=request)
        history = [*history, {"role": "assistant", "content": answer.choices[0].message.content}]
        more_read, more_written = read_and_written(answer.usage)
        sent, read, written = sent + answer.usage.prompt_tokens, read + more_read, written + more_written
        dollars += PRICE.of(answer.usage)
    return sent, read, written, dollars, history[-1]["content"]


def main() -> None:
    """Ask the same twice, and hold one talk in three ways."""
    argparse.ArgumentParser(
        description="Show what the prompt cache reads, and what one long talk costs, sent in three ways."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()

    question = {"role": "user", "content": f"{ROOMS} How many ships does room 7 show?"}
    try:
        for time in ("first", "second"):
            usage = client.chat.completions.create(model=MODEL, messages=[RULES, question]).usage
            if usage is None:
                print("This server does not say how many tokens it has read.")
                break
            read, written = read_and_written(usage)
            print(f"The {time} time: {usage.prompt_tokens} prompt tokens, {read} read, {written} written")
    except openai.OpenAIError as error:
        print(no_answer(error))

    print(f"\n{TURNS} turns within {BUDGET} tokens, with the offline model. A thousand such talks, replies included:")
    for way, request_of in WAYS.items():
        sent, read, written, dollars, reply = hold(request_of)
        share = f"{read / sent:3.0%} read, {written / sent:3.0%} written"
        print(f"{way:24} {sent:6} prompt tokens, {share}: ${dollars * 1000:.2f}")
        print(f"{'':24} {SAID[-1]} {reply}")


if __name__ == "__main__":
    with ending_well():
        main()
