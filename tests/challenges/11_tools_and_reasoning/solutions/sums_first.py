"""First the sums: how many turns and steps fit. Then the messages are put together. The loop calls itself."""

import json
from itertools import chain

from chat_memory import message_tokens, split_turns
from common import MODEL

SHORT = 40
MARK = " (…)"


def size(messages):
    return sum(message_tokens(message) for message in messages)


def cut(message, most):
    """The beginning and the end of a result, by a guess of four characters a token that is made smaller until it fits."""
    if message["role"] != "tool" or message_tokens(message) <= most:
        return message
    text, left = message["content"], 4 * most
    while left > 2:
        shorter = {**message, "content": text[: left // 2] + MARK + text[-(left // 2) :]}
        if len(shorter["content"]) < len(text) and message_tokens(shorter) <= most:
            return shorter
        left -= max(2, left // 20)
    return {**message, "content": MARK}


def trim_tools(history, max_tokens):
    [system], turns = split_turns(history)
    for i, turn in enumerate(turns):
        if all(not message.get("tool_calls") for message in turn):
            turns[i] = [{k: v for k, v in message.items() if k != "reasoning_content"} for message in turn]
    question, rest = turns[-1][0], turns[-1][1:]
    places = [i for i, message in enumerate(rest) if message["role"] == "assistant"]
    steps = [rest[i:j] for i, j in zip(places, [*places, len(rest)][1:], strict=True)]
    room = max_tokens - 3 - message_tokens(system) - message_tokens(question)
    if room < 0:
        raise ValueError(f"{max_tokens - room} tokens are needed, {max_tokens} are there")
    if size(rest) + sum(map(size, turns[:-1])) <= room:
        return [system, *chain(*turns)]

    older = [[cut(message, SHORT) for message in turn] for turn in turns[:-1]]
    before = [[cut(message, SHORT) for message in step] for step in steps[:-1]]
    newest = steps[-1] if steps else []
    left = room - size(newest) - sum(map(size, before))
    if left >= 0:
        kept = []
        for turn in reversed(older):
            left -= size(turn)
            if left < 0:
                break
            kept = turn + kept
        return [system, *kept, question, *chain(*before), *newest]

    least = [cut(message, SHORT) for message in newest]
    left = room - size(least)
    if left < 0:
        return [system, question]
    kept = []
    for step in reversed(before):
        if left < size(step):
            break
        left -= size(step)
        kept = step + kept
    for i in sorted(range(len(newest)), key=lambda i: message_tokens(newest[i])):
        waiting = sum(message_tokens(a) < message_tokens(b) for a, b in zip(least[i:], newest[i:], strict=True))
        larger = cut(newest[i], message_tokens(least[i]) + left // max(1, waiting))
        if message_tokens(larger) > message_tokens(least[i]):
            left -= message_tokens(larger) - message_tokens(least[i])
            least[i] = larger
    return [system, question, *kept, *least]


def run_loop(client, messages, tools, functions, max_steps):
    forbid = {"tool_choice": "none"} if max_steps <= 0 else {}
    reply = (
        client.chat.completions.create(model=MODEL, messages=list(messages), tools=tools, **forbid).choices[0].message
    )
    said = {"role": "assistant", "content": reply.content}
    if getattr(reply, "reasoning_content", None):
        said["reasoning_content"] = reply.reasoning_content
    if not reply.tool_calls:
        messages.append(said)
        return reply.content
    said["tool_calls"] = [call.model_dump() for call in reply.tool_calls]
    messages += [said, *[answered(call, functions) for call in reply.tool_calls]]
    return run_loop(client, messages, tools, functions, max_steps - 1)


def answered(call, functions):
    name, given = call.function.name, call.function.arguments
    try:
        arguments = json.loads(given)
    except ValueError as error:
        text = f"These arguments are no JSON ({error}): {given}"
    else:
        function = functions.get(name)
        if function is None:
            text = f"Nobody knows {name}"
        elif type(arguments) is not dict:
            text = f"{name} takes an object with its arguments by name"
        else:
            try:
                text = function(**arguments)
            except Exception as error:
                text = repr(error)
    return {"role": "tool", "tool_call_id": call.id, "content": text}
