"""Thinking: what the model says to itself before it replies: what it was sent, what that asks, and what it found for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_model.api.functions import callable_functions, results
from mock_model.finding.asking import questions
from mock_model.finding.ranking import find
from mock_model.sentences.reading import Said
from mock_model.sentences.transcript import text_of
from mock_model.tasks.wording import Rules

OWNERS = {"user": "of the user", "assistant": "of mine", "tool": "of functions"}
WORDS, CHARACTERS = 25, 160  # of what is quoted, at most
MOST = 3  # questions, results, calls and functions that are spoken of one by one
CHECK = (
    "Before I go on I check that each name and number stands in a message, that nothing later corrects it, "
    "and that no instruction asks for another form."
)
HASTY = ("minimal", "low")  # efforts at which nothing is checked
Calls = Sequence[tuple[str, dict | str]]


def sent(messages: Sequence[dict]) -> str:
    """How much the model was sent."""
    return f"I was sent {len(messages)} message{'s' * (len(messages) != 1)} and know nothing else."


def thoughts(body: dict, calls: Calls, conversation: Sequence[Said], found: Rules) -> str:
    """What there is to think about a request before the reply, in a few sentences.

    `calls` are those that it will make, `conversation` is what may answer. What must not be told is not quoted either.
    """
    messages = body["messages"]
    asked = next((text_of(message) for message in reversed(messages) if message["role"] == "user"), "")
    steps = [sent(messages), _kinds(messages), f'The user wrote last: "{_short(asked)}".' if asked else ""]
    functions = [function["name"] for function in callable_functions(body)[0]]
    if functions:
        steps.append(f"Functions that I may call: {_listed(functions)}.")
    if messages[-1]["role"] == "tool":
        steps += _heard(messages)
    if calls:
        steps.append(f"What is asked needs {_listed([_call(*call) for call in calls])}.")
    elif messages[-1]["role"] != "tool" and not found.starting("secret "):
        steps += _looked(asked, conversation)
    steps.append("" if body["reasoning_effort"] in HASTY else CHECK)
    return " ".join(filter(None, steps))


def _kinds(messages: Sequence[dict]) -> str:
    owners = [OWNERS.get(message["role"], "of instructions") for message in messages]
    return f"They are: {', '.join(f'{owners.count(owner)} {owner}' for owner in dict.fromkeys(owners))}."


def _heard(messages: Sequence[dict]) -> Iterator[str]:
    """What each function answered."""
    answers = list(results(messages))
    for message, name, given in answers[:MOST]:
        yield f'{_call(name, given)} has answered: "{_short(text_of(message))}".'
    if len(answers) > MOST:
        yield f"{len(answers) - MOST} more have answered too."


def _looked(asked: str, conversation: Sequence[Said]) -> Iterator[str]:
    """What was looked for, and the nearest that there is."""
    for question in questions(asked)[-MOST:]:
        near = find(question, conversation)
        yield f'To answer "{_short(question.text)}" I look for {_listed(question.bases) or "no word of its own"}.'
        if near.told:
            worth = "that is an answer" if near.sure else "that is near, and may be none"
            yield f'The best sentence is "{_short(near.told[0].text)}": {worth}.'
        else:
            yield "No sentence has anything to do with it."


def _call(name: str, given: dict | str) -> str:
    shown = (
        [f"{key}={_short(str(value))}" for key, value in given.items()] if isinstance(given, dict) else [_short(given)]
    )
    return f"{name}({', '.join(shown)})"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 2 * MOST
    return ", ".join(names[: 2 * MOST]) + (f" and {more} more" if more > 0 else "")


def _short(text: str) -> str:
    """A text within what is quoted of one, without the quotation marks in it."""
    quoted = " ".join(text[: 10 * CHARACTERS].split()[:WORDS])[:CHARACTERS].strip().replace('"', "'")
    return quoted if len(quoted) >= len(" ".join(text.split())) else f"{quoted} …"
