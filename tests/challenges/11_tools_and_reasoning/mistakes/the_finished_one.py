"""Leaves it to the functions of chat_memory, which the task forbids."""
# fails: test_the_question_is_never_lost
# hint: chat_memory does it for you

import json
from collections.abc import Callable

from chat_memory import reasoning_where_needed, split_turns, thin_turn, trim_to_budget
from common import MODEL


def trim_tools(history: list[dict], max_tokens: int) -> list[dict]:
    kept = trim_to_budget(reasoning_where_needed(history), max_tokens)
    system, turns = split_turns(kept)
    return [*system, *(message for turn in turns for message in thin_turn(turn, max_tokens))]


def run_loop(client, messages: list[dict], tools: list[dict], functions: dict[str, Callable[..., str]], max_steps: int):
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
    if called["name"] not in functions:
        return f"Error: there is no function {called['name']}. There are: {', '.join(functions)}."
    try:
        arguments = json.loads(called["arguments"])
        if not isinstance(arguments, dict):
            return f"Error: the arguments must be a JSON object, and not {called['arguments']}."
        return functions[called["name"]](**arguments)
    except Exception as error:
        return f"Error: {error}"
