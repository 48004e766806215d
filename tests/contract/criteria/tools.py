"""What lessons 04 and 11 claim of tools: definitions are counted, a call comes, its result is read, and neither stands alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import openai

from ..judging import Broken, Otherwise, criterion
from ..server import Server, prompt_tokens, text_of, user
from ..words import quoted, said_by, short
from .messages import REFUSALS, not_empty

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Kyoto", "Osaka"]}},
    "required": ["city"],
}
WEATHER: dict[str, Any] = {
    "name": "weather",
    "description": "Look up the weather of today in a city.",
    "parameters": PARAMETERS,
}
TOOLS = [{"type": "function", "function": WEATHER}]
FORCED = ({"type": "function", "function": {"name": "weather"}}, "required")  # some servers know only the second
QUESTION = user("What is the weather in Kyoto?")
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Kyoto"}'}}
RESULT = {
    "role": "tool",
    "tool_call_id": "call_1",
    "content": "Kyoto: 24 degrees and dry, with a little wind from the sea.",
}
LEAST = 8  # tokens that a second one of it adds, in any tokenizer


def calling(content: str | None) -> dict[str, Any]:
    """The message of a model that calls the tool."""
    return {"role": "assistant", "content": content, "tool_calls": [CALL]}


def refused(error: Exception) -> Otherwise:
    return Otherwise(f"Refused, {said_by(error)}")


def with_its_call(server: Server, limit: int = 8) -> tuple[Any, dict[str, Any], str]:
    """The answer to a call with its result, the message with the call as the server takes it, and a word on that.

    Raises Otherwise where it is refused: then the server refuses tools, and a refusal of what is wrong shows nothing.
    """
    try:
        return server.chat([QUESTION, calling(None), RESULT], limit=limit, tools=TOOLS), calling(None), ""
    except REFUSALS as error:
        note = f' A call with the content null is refused ({said_by(error)}), one with "" is taken.'
    try:
        return server.chat([QUESTION, calling(""), RESULT], limit=limit, tools=TOOLS), calling(""), note
    except REFUSALS as error:
        raise Otherwise(f"A call with its result is refused, {said_by(error)}") from None


@criterion("A result whose call is cut off is refused", lesson=4)
def orphan_result(server: Server) -> str:
    with_its_call(server)
    try:
        answer = server.chat([QUESTION, RESULT], limit=8, tools=TOOLS)
    except openai.BadRequestError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise Otherwise(said_by(error)) from None
    raise Otherwise(f"It is taken, and read as if nothing were missing: {quoted(text_of(answer))}.")


@criterion("The definitions of tools are part of the prompt, and counted", lesson=11)
def tools_are_counted(server: Server) -> str:
    without = prompt_tokens(server.chat([QUESTION], limit=8))
    try:
        counted = prompt_tokens(server.chat([QUESTION], limit=8, tools=TOOLS))
    except REFUSALS as error:
        raise refused(error) from None
    if without is None or counted is None:
        raise Otherwise("The answer does not say how many prompt tokens it had.")
    if counted <= without:
        raise Otherwise(f"{without} prompt tokens without a tool, {counted} with one: the model is not shown it.")
    return f"{without} prompt tokens without a tool, {counted} with one."


@criterion("A tool that has to be called is called, with an id and arguments in JSON", lesson=11)
def a_call(server: Server) -> str:
    answer = obeyed(lambda choice: server.chat([QUESTION], tools=TOOLS, tool_choice=choice), calls_of)
    call = calls_of(answer)[0]
    made = call.function
    return f"{seen(call.id, made.name, made.arguments)} finish_reason {answer.choices[0].finish_reason}."


@criterion("A call comes in pieces too, the first with its id and name", lesson=11)
def a_call_streamed(server: Server) -> str:
    chunks = obeyed(lambda choice: server.chunks([QUESTION], tools=TOOLS, tool_choice=choice), pieces_of)
    pieces = pieces_of(chunks)
    first = pieces[0]
    if any(piece.index is None for piece in pieces):
        raise Broken("A piece of a call has no index, so two calls could not be told apart.")
    arguments = "".join(piece.function.arguments or "" for piece in pieces if piece.index == first.index)
    return f"{seen(first.id, first.function.name, arguments)} in {len(pieces)} pieces."


def calls_of(answer: Any) -> list[Any]:
    return answer.choices[0].message.tool_calls or []


def pieces_of(chunks: list[Any]) -> list[Any]:
    return [piece for chunk in chunks if chunk.choices for piece in chunk.choices[0].delta.tool_calls or []]


def obeyed(ask: Callable[[Any], Any], calls: Callable[[Any], list[Any]]) -> Any:
    """The first answer with a call, of those in which one is forced. Raises Otherwise where there is none."""
    problem = Otherwise("tool_choice is taken, and not obeyed: no call came.")
    for choice in FORCED:
        try:
            if calls(answer := ask(choice)):
                return answer
        except REFUSALS as error:
            problem = refused(error)
    raise problem


def seen(id: str | None, name: str | None, arguments: str | None) -> str:
    """What a call is. Raises Broken where it could not be answered."""
    if not id or name != "weather":
        raise Broken(f"The call has the id {id!r} and the name {name!r}.")
    try:
        found = json.loads(arguments or "")
    except ValueError:
        raise Otherwise(f"weather is called, but its arguments are no JSON: {short(arguments)!r}.") from None
    if not isinstance(found, dict):
        raise Broken(f"The arguments are JSON, but no object: {short(arguments)!r}.")
    return f"weather({short(arguments)}), id {short(id, 20)},"


@criterion("A call and its result go back to the model, and are read", lesson=11)
def a_result(server: Server) -> str:
    answer, call, note = with_its_call(server, limit=60)
    said = not_empty(text_of(answer), server)
    longer = {**RESULT, "content": f"{RESULT['content']} {RESULT['content']}"}
    size, more = prompt_tokens(answer), prompt_tokens(server.chat([QUESTION, call, longer], limit=8, tools=TOOLS))
    if size is None or more is None:
        if "24" not in said:
            raise Otherwise(f"Without a usage it could not be seen whether it was read: {quoted(said)}.{note}")
    elif more - size < LEAST:
        raise Otherwise(
            f"With a result twice as long {size} prompt tokens become {more}: the model is not shown it.{note}"
        )
    return f"{quoted(said)}.{note}"


@criterion("A call without its result is refused", lesson=11)
def unanswered_call(server: Server) -> str:
    _, call, _ = with_its_call(server)
    try:
        answer = server.chat([QUESTION, call, user("And in Osaka?")], limit=8, tools=TOOLS)
    except openai.BadRequestError as error:
        return said_by(error)
    except openai.APIStatusError as error:
        raise Otherwise(said_by(error)) from None
    raise Otherwise(f"It is taken, and the reply is {quoted(text_of(answer))}.")
