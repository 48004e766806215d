"""A long talk in short requests: past 8 messages, the oldest turns go into a summary and the last 2 turns stay.

Run it from any directory: python examples/06_summarize_and_continue.py
"""

import argparse
import sys

import openai

from chat_memory import IncompleteReply, Usage, count_tokens, show_request, sliding_window, summarize
from common import MODEL, OFFLINE_MODEL, ending_well, get_client, offline_server

SYSTEM = {"role": "system", "content": "You are a helpful travel assistant."}
RECAP = {"role": "user", "content": "Please recap our conversation so far."}
FACTS = ["My name is Ana and my dog is called Biscuit.", "My budget for the trip is 900 euros."]
FACTS += ["Actually, my budget for the trip is 1200 euros.", "I decided to take the night train."]
LUNCHES = [f"On day {day} I had lunch for {20 + day} euros." for day in range(1, 21)]
QUESTIONS = ["What is my dog called?", "What is my budget?"]


def with_summary(summary: str, messages: list[dict]) -> list[dict]:
    """Return a request: the system message, the summary as a turn, and the messages."""
    recap = [RECAP, {"role": "assistant", "content": summary}] if summary else []
    return [SYSTEM, *recap, *messages]


def fold(
    client: openai.OpenAI, summary: str, messages: list[dict], model: str = MODEL, usage: Usage | None = None
) -> tuple[str, list[dict]]:
    """Past 8 messages, return a summary with the oldest turns in it, and the last 2 turns."""
    if len(messages) <= 8:
        return summary, messages
    recent = sliding_window(messages, 2)
    old = messages[: -len(recent)]
    return summarize(client, old, summary, max_tokens=80, model=model, usage=usage), recent


def show_a_failure(messages: list[dict]) -> None:
    """Let two summaries fail on the offline server; the third attempt finds every message still there."""
    server, summary = offline_server(), ""
    server.fail_next(429)
    server.fail_next("length", 2)  # it is cut off, and so is the one asked for in its place
    for attempt in (1, 2, 3):
        outcome = "summarised"
        try:
            summary, messages = fold(server.client(), summary, messages, model=OFFLINE_MODEL)
        except (openai.OpenAIError, IncompleteReply) as error:
            outcome = type(error).__name__
        print(f"attempt {attempt}: {outcome}, {len(messages)} messages are left")


def main() -> None:
    """Hold a talk of 24 turns, ask for facts of its beginning, and show what was sent and what it took."""
    argparse.ArgumentParser(
        description="Hold a long talk whose oldest turns go into a summary, and let two summaries fail."
    ).parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character shows a ? instead of failing
    client = get_client()

    def ask(messages: list[dict]) -> str:
        return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content or "(no text)"

    history, summary, recent, sizes, spent = [SYSTEM], "", [], [], Usage()
    for text in FACTS + LUNCHES:
        question = {"role": "user", "content": text}
        request = with_summary(summary, [*recent, question])
        sizes.append(count_tokens(request))
        turn = [question, {"role": "assistant", "content": ask(request)}]
        history, recent = [*history, *turn], [*recent, *turn]
        try:
            summary, recent = fold(client, summary, recent, usage=spent)
        except IncompleteReply as error:  # nothing is lost: the next turn tries again
            print(f"[Not summarised, {len(recent)} messages are kept: {error}]")

    for text in QUESTIONS:
        question = {"role": "user", "content": text}
        print(f"{text}\n  window of 2 turns: {ask([*sliding_window(history, 2), question])}")
        print(f"  with the summary:  {ask(with_summary(summary, [*recent, question]))}")
    print(f"\n{show_request(with_summary(summary, recent), title='What the next request holds')}")
    print(f"The whole history would be {count_tokens(history)} tokens; the largest request had {max(sizes)}.")
    print(f"The {spent.requests} summaries took {spent.prompt_tokens} + {spent.completion_tokens} tokens themselves.\n")
    show_a_failure(history[1:])


if __name__ == "__main__":
    with ending_well():
        main()
