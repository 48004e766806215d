"""Takes messages for independent of each other: drops one by one, but keeps the question."""
# fails: test_no_call_and_no_result_is_alone
# hint: one by one

import json
from collections.abc import Callable

from chat_memory import count_tokens
from common import MODEL

SHORT = 40  # tokens: down to this a result is shortened before anything is dropped for it


def trim_tools(history: list[dict], max_tokens: int) -> list[dict]:
    messages = list(history)
    question = max(i for i, message in enumerate(history) if message["role"] == "user")
    while count_tokens(messages) > max_tokens:
        if len(messages) == 2:
            raise ValueError(f"{count_tokens(messages)} tokens are needed, but there are {max_tokens}.")
        messages.pop(1 if messages[1] is not history[question] else 2)
    return messages


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
