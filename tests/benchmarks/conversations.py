"""The conversations that are measured: made up, of ordinary size, repeatable, and no sentence twice.

Every text holds running numbers, so that a memo of token counts never knows it from an earlier round.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import tiktoken

from chat_memory.tokens import Message
from mock_model.api.vocabulary import prepare

prepare()
ENCODING = tiktoken.get_encoding("o200k_base")
SYSTEM = {"role": "system", "content": "You are a helpful travel assistant. Keep to what the traveller has decided."}

ASKED = (
    "Could you plan day {n} for us, with the old town in the morning and something calm in the evening?",
    "We have changed our minds: the budget for day {n} is {m} euros, not a cent more.",
    "What did we decide about the ferry of {n} o'clock, and is seat {m} still free?",
    "My sister joins us on day {n}. She is allergic to peanuts and likes museum number {m}.",
    "How long does the walk from harbour {n} to hotel {m} take with a small child?",
)
ANSWERED = (
    "Start early on day {n}: the museum opens at nine and the queue for hall {m} grows quickly.",
    "The ferry from pier {n} takes forty minutes, and a return ticket costs {m} euros.",
    "I would book table {n} at the small place behind the market; ask for the fish of the day.",
    "That leaves {m} euros for the evening, which is enough for the concert in church number {n}.",
    "If it rains, bus {n} stops in front of the aquarium, where the sea horses are fed at {m} past four.",
    "Please note that street {n} is closed to cars, so take a taxi only as far as the bridge.",
    "In short: museum, market, a long lunch, and bus {m} back to the hotel before {n} o'clock.",
)
_numbers = itertools.count(1_000)


def plain_tokens(message: Message) -> int:
    """The tokens of a message of text, by the rule of chat_memory: 3, the role's one, and the text's. No memo."""
    return 4 + len(ENCODING.encode_ordinary(message["content"]))


def text(choice: random.Random, sentences: tuple[str, ...], most: int, least: int = 1) -> str:
    """`least` to `most` sentences with numbers that no text had before."""
    many = choice.randint(least, most)
    return " ".join(choice.choice(sentences).format(n=next(_numbers), m=choice.randint(10, 99)) for _ in range(many))


def summary(sentences: int) -> str:
    """A summary of about 22 tokens a sentence."""
    return text(random.Random(sentences), ANSWERED, sentences, least=sentences)


def exchanges(seed: int = 0) -> Iterator[tuple[str, str]]:
    """Questions of 20 to 50 tokens and replies of 20 to 200, without end."""
    choice = random.Random(seed)
    while True:
        yield text(choice, ASKED, 2), text(choice, ANSWERED, 8)


def chat(length: int, seed: int = 0) -> list[Message]:
    """A history of `length` messages: the instructions, whole exchanges, and (an even length) the newest question."""
    history = [SYSTEM]
    for question, reply in itertools.islice(exchanges(seed), length // 2):
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    return history[:length]


def steps(count: int, seed: int) -> list[Message]:
    """Steps of a tool loop: a call, or two or three in parallel, and the results of all of them."""
    choice, messages = random.Random(seed), []
    for number in range(count):
        calls = [
            {"id": f"call_{seed}_{number}_{i}", "type": "function", "function": {"name": "search", "arguments": asked}}
            for i in range(choice.choice((1, 1, 2, 3)))
            if (asked := f'{{"query": "{text(choice, ASKED, 1)}"}}')
        ]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        for call in calls:
            found = text(choice, ANSWERED, 6)
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": found})
    return messages


def chat_with_tools(turns: int) -> list[Message]:
    """Turns of which every other one looks something up before it answers; the newest waits for its answer."""
    history = [SYSTEM]
    for turn, (question, reply) in enumerate(itertools.islice(exchanges(), turns)):
        history.append({"role": "user", "content": question})
        history += steps(1 + turn % 3, seed=turn) if turn % 2 == 0 else []
        history.append({"role": "assistant", "content": reply})
    return [*history, {"role": "user", "content": next(exchanges())[0]}, *steps(2, seed=turns)]


def tool_loop(count: int) -> list[Message]:
    """One question, and an agent that works on it for `count` steps."""
    return [SYSTEM, {"role": "user", "content": next(exchanges())[0]}, *steps(count, seed=0)]
