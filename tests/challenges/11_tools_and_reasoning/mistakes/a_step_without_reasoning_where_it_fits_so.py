"""Drops the reasoning of a step alone, where the step fits without it."""
# fails: test_the_reasoning_of_turns_with_tools_stays
# hint: Where does your code leave reasoning_content out

import json
from collections.abc import Callable, Iterator

from chat_memory import count_tokens, message_tokens, split_turns
from common import MODEL

SHORT = 40  # tokens: down to this a result is shortened before anything is dropped for it


def trim_tools(history: list[dict], max_tokens: int) -> list[dict]:
    """Return what to send of a history with tools: whole steps, within `max_tokens`, with reasoning where it is needed."""
    for request in requests(history, max_tokens):
        if count_tokens(request) <= max_tokens:
            return request
    raise ValueError(f"System message and question need {count_tokens(request)} tokens, but there are {max_tokens}.")


def requests(history: list[dict], max_tokens: int) -> Iterator[list[dict]]:
    """Yield what may be sent, from the whole to the least."""
    system, turns = split_turns(history)
    *older, newest = (turn if called(turn) else [without_reasoning(message) for message in turn] for turn in turns)
    question, steps = newest[:1], steps_of(newest[1:])
    yield [*system, *joined(older), *newest]

    older, steps = [shortened(turn) for turn in older], [*map(shortened, steps[:-1]), *steps[-1:]]
    for first in range(len(older) + 1):
        yield [*system, *joined(older[first:]), *question, *joined(steps)]
    for first in range(len(steps)):
        rest = [*system, *question, *joined(steps[first:-1])]
        yield [*rest, *filling(steps[-1], max_tokens - count_tokens(rest))]
        oldest = [*map(without_reasoning, steps[first])]
        if first < len(steps) - 1:
            rest = [*system, *question, *oldest, *joined(steps[first + 1 : -1])]
            yield [*rest, *filling(steps[-1], max_tokens - count_tokens(rest))]
        else:
            yield [*system, *question, *filling(oldest, max_tokens - count_tokens([*system, *question]))]
    yield [*system, *question]


def called(turn: list[dict]) -> bool:
    """Whether tools were called in a turn."""
    return any(message.get("tool_calls") for message in turn)


def without_reasoning(message: dict) -> dict:
    """Return the message without what the model has thought."""
    return {key: value for key, value in message.items() if key != "reasoning_content"}


def steps_of(messages: list[dict]) -> list[list[dict]]:
    """Cut the messages after a question into steps: each a message of the model with its results."""
    steps: list[list[dict]] = []
    for message in messages:
        if message["role"] == "tool":
            steps[-1].append(message)
        else:
            steps.append([message])
    return steps


def joined(lists: list[list[dict]]) -> list[dict]:
    """Join turns or steps to one list of messages."""
    return [message for each in lists for message in each]


def shortened(messages: list[dict], most: int = SHORT) -> list[dict]:
    """Return messages whose results have at most `most` tokens each."""
    return [cut(message, most) if message["role"] == "tool" else message for message in messages]


def cut(result: dict, most: int) -> dict:
    """Return a result with as many words of its text as fit into `most` tokens; at least a sign that it was cut."""
    if message_tokens(result) <= most:
        return result
    fits, too_long = 0, len(result["content"])
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if message_tokens({**result, "content": f"{result['content'][:middle]} [cut …]"}) <= most:
            fits = middle
        else:
            too_long = middle
    return {**result, "content": f"{result['content'][:fits]} [cut …]"}


def filling(step: list[dict], room: int) -> list[dict]:
    """Return a step whose results are cut so far that it fits into `room` tokens, but not below SHORT tokens each."""
    results = sum(message["role"] == "tool" for message in step)
    calls = sum(message_tokens(message) for message in step if message["role"] != "tool")
    size = max(SHORT, (room - calls) // max(1, results))
    small = [
        message for message in shortened(step, size) if message["role"] == "tool" and message_tokens(message) < size
    ]
    if small and len(small) < results:  # what these leave is for the others
        size = (room - calls - sum(map(message_tokens, small))) // (results - len(small))
    return shortened(step, max(SHORT, size))


def run_loop(client, messages: list[dict], tools: list[dict], functions: dict[str, Callable[..., str]], max_steps: int):
    """Let the model call functions until it answers; append each step and the answer to `messages`, return the answer."""
    steps = 0
    while True:
        choice = "none" if steps == max_steps else "auto"
        answer = client.chat.completions.create(model=MODEL, messages=messages, tools=tools, tool_choice=choice)
        said = answer.choices[0].message.model_dump(exclude_none=True)
        message = {key: said[key] for key in ("role", "content", "tool_calls", "reasoning_content") if key in said}
        message.setdefault("content", None)
        if not message.get("tool_calls"):
            messages.append(message)
            return message["content"]
        results = [
            {"role": "tool", "tool_call_id": call["id"], "content": result_of(call["function"], functions)}
            for call in message["tool_calls"]
        ]
        messages += [message, *results]
        steps += 1


def result_of(called: dict, functions: dict[str, Callable[..., str]]) -> str:
    """Call a function as the model wants it; what is wrong with that is a result too."""
    if called["name"] not in functions:
        return f"Error: there is no function {called['name']}. There are: {', '.join(functions)}."
    try:
        arguments = json.loads(called["arguments"])
        if not isinstance(arguments, dict):
            return f"Error: the arguments must be a JSON object, and not {called['arguments']}."
        return functions[called["name"]](**arguments)
    except Exception as error:
        return f"Error: {error}"
