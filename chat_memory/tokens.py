"""The tokens of a request, counted before it is sent, so that they equal the server's `usage.prompt_tokens`.

The rules are OpenAI's, from the Cookbook, "How to count tokens with tiktoken"
(https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken):

- a message costs 3 tokens, plus the tokens of every string in it (role, content, name …), plus 1 if it has a name;
  of calls and their results, of an older function call and of a spoken reply too every string counts: no rule is
  published for these, so that this is a choice;
- the request costs 3 more, which prime the reply;
- tools cost tokens too: see `tool_tokens`.

Servers with a tokenizer of their own (Llama, Qwen, Mistral …) count differently; for them this is an estimate.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import regex  # type: ignore[import-untyped]  # tiktoken brings it along
import tiktoken

from .content import no_json, part_text, parts_of
from .messages import AnyMessage, MessageLike, ToolLike
from .messages import Message as Message
from .unsendable import whole

DEFAULT_MODEL = "gpt-6-luna"
FALLBACK_ENCODING = "o200k_base"  # the encoding of every OpenAI chat model since gpt-4o

TOKENS_PER_MESSAGE = 3
TOKENS_PER_NAME = 1
PRIMING_TOKENS = 3  # every reply is primed with <|start|>assistant<|message|>

# A text is tokenised once, however often it is counted: the memo has its count under the text, or its digest if long.
# tiktoken panics at a longer run of blanks than this, unless a line ends right after it (or, with the older encoding, the
# text). Such a text is cut up as its encoding does it, and what is longer than a block goes in blocks.
MOST_BLANKS, BLOCK = 999_998, 100_000  # characters
_BLANK = r"[^\S\r\n\x1c-\x1f]"  # for Python \x1c to \x1f are blanks, for tiktoken they are not
_RUN = rf"(?<!{_BLANK}){_BLANK}{{{MOST_BLANKS + 1},}}+"
_TOO_MANY_BLANKS = {False: re.compile(rf"{_RUN}(?![\r\n])"), True: re.compile(rf"{_RUN}(?![\r\n]|\Z)")}

MOST_REMEMBERED = 65_536  # texts
_counts: dict[tuple[str, str | bytes], int] = {}


def count_tokens(
    messages: Iterable[MessageLike], *, model: str = DEFAULT_MODEL, tools: Iterable[ToolLike] | None = None
) -> int:
    """Count the prompt tokens of a request: its messages, its tools, and the 3 that prime the reply.

    A model name that tiktoken does not know is counted with o200k_base. Half of an emoji counts as the sign U+FFFD.

    Raises TypeError or ValueError, with the place and the way out, for anything but plain message dicts with text, or
    no name of a model, and RuntimeError if tiktoken cannot load its vocabulary.
    """
    if isinstance(messages, (str, dict)):
        raise TypeError(f"messages must be a list of message dicts, got one {type(messages).__name__}.")
    messages, encoding = listed(messages), _encoding_name(model)
    total = PRIMING_TOKENS + tool_tokens(tools, model=model)
    return total + sum(_count_message(message, encoding, "messages", i) for i, message in enumerate(messages))


def message_tokens(message: MessageLike, model: str = DEFAULT_MODEL, place: int | None = None) -> int:
    """Count the tokens that one message adds to a request (without the 3 that prime the reply).

    Content may be a string, None (0 tokens) or a list of text and refusal parts (only their text counts); of what else
    a message holds, such as `tool_calls`, every string inside counts. Raises like `count_tokens`; `place` is the
    message's number in its list, for the error.
    """
    return _count_message(message, _encoding_name(model), "message" if place is None else "messages", place)


def tool_tokens(tools: Iterable[ToolLike] | None, *, model: str = DEFAULT_MODEL) -> int:
    """Count the tokens that the tool definitions add to a request; 0 without tools.

    The Cookbook measured this for flat parameters that all have a type and a description. What is missing counts as
    empty text, and what lies deeper in a schema (items, nested objects) is not counted, so there it is an estimate.
    """
    encoding = _encoding_name(model)
    tools = listed_tools(tools)
    if not tools:
        return 0
    return 12 + sum(_count_tool(tool, encoding, f"tools[{i}]") for i, tool in enumerate(tools))


def _count_message(message: MessageLike, encoding: str, where: str, number: int | None = None) -> int:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise no_message(message, where if number is None else f"{where}[{number}]")
    total = TOKENS_PER_MESSAGE + (TOKENS_PER_NAME if message.get("name") else 0)
    for key, value in message.items():
        if isinstance(value, str):
            total += _count_text(value, encoding)
        else:
            place = where if number is None else f"{where}[{number}]"
            if key == "content":
                parts = parts_of(value, f"{place}['content']")
                value = [part_text(part, f"{place}['content'][{i}]") for i, part in enumerate(parts)]
            total += _count_strings(value, encoding, f"{place}[{key!r}]")
    return total


def listed(messages: Iterable[AnyMessage]) -> Sequence[AnyMessage]:
    """The messages as a list, which is not copied where it is one. Raises TypeError for what holds no messages."""
    if isinstance(messages, (list, tuple)):
        return messages
    if not hasattr(type(messages), "__iter__"):
        raise TypeError(
            "messages must be a list of message dicts such as {'role': 'user', 'content': 'Hi'}, got "
            f"{'None' if messages is None else type(messages).__name__}. An empty history is []."
        )
    return list(messages)


def listed_tools(tools: Iterable[ToolLike] | None) -> list[ToolLike]:
    """The tools as a list of its own. Raises TypeError for what holds no tools."""
    if tools is not None and (isinstance(tools, (str, dict)) or not hasattr(type(tools), "__iter__")):
        raise TypeError(f"tools must be a list of tool definitions, got one {type(tools).__name__}.")
    return [] if tools is None else list(tools)


def no_message(value: Any, where: str) -> Exception:
    """The error for what is no message, with its place and the way out."""
    if isinstance(value, dict):
        return ValueError(f"{where} needs a role: 'system', 'developer', 'user', 'assistant' or 'tool'.")
    return TypeError(
        f"{where} must be a dict such as {{'role': 'user', 'content': 'Hi'}}, got {type(value).__name__}. "
        "For a message of an API response, keep {'role': message.role, 'content': message.content}."
    )


def _count_strings(value: Any, encoding: str, where: str) -> int:
    """The tokens of every string inside a JSON value; keys, numbers, booleans and null cost nothing."""
    if isinstance(value, str):
        return _count_text(value, encoding)
    if isinstance(value, dict):
        return sum(_count_strings(inner, encoding, f"{where}[{key!r}]") for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return sum(_count_strings(inner, encoding, f"{where}[{i}]") for i, inner in enumerate(value))
    if value is None or isinstance(value, (bool, int, float)):
        return 0
    raise no_json(value, where)


def _count_tool(tool: ToolLike, encoding: str, where: str) -> int:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise ValueError(f"{where} must look like {{'type': 'function', 'function': {{'name': …, 'parameters': …}}}}.")
    parameters = _object(function.get("parameters"), f"{where}: 'parameters'")
    properties = _object(parameters.get("properties"), f"{where}: 'properties'")
    # A function costs 7 tokens for the 4o family and later; the Cookbook measured 10 for gpt-4 and gpt-3.5-turbo.
    total = 10 if encoding == "cl100k_base" else 7
    total += _count_text(f"{function['name']}:{_description(function)}", encoding)
    total += 3 if properties else 0
    for key, schema in properties.items():
        if not isinstance(schema, dict):
            raise ValueError(f"{where}: the schema of {key!r} must be a dict such as {{'type': 'string'}}.")
        total += 3 + _count_text(f"{key}:{_as_text(schema.get('type', ''))}:{_description(schema)}", encoding)
        if "enum" in schema:
            if not isinstance(schema["enum"], (list, tuple)):
                raise ValueError(f"{where}: the enum of {key!r} must be a list such as ['C', 'F'].")
            total += sum(3 + _count_text(_as_text(item), encoding) for item in schema["enum"]) - 3
    return total


def _object(value: Any, where: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{where} must be a dict, got {type(value).__name__}.")
    return value or {}


def _description(schema: Mapping[str, Any]) -> str:
    return _as_text(schema.get("description") or "").removesuffix(".")


def _as_text(value: Any) -> str:
    """What a schema holds as text, such as an enum of numbers or a list of types."""
    return value if isinstance(value, str) else json.dumps(value, default=repr, skipkeys=True)


def checked_model(model: str) -> str:
    """Return the name of a model. Raises TypeError or ValueError for what is none."""
    if not isinstance(model, str):
        unset = " A setting that is not set gives None: look where the name comes from." if model is None else ""
        raise TypeError(f"model must be the name of a model, such as {DEFAULT_MODEL!r}, got {model!r:.60}.{unset}")
    if not model.strip():
        raise ValueError(
            f"model is {model!r:.60}, no name of a model. Look where it comes from, such as a setting that is empty."
        )
    return model


def _encoding_name(model: str) -> str:
    return _encoding_of(model if isinstance(model, str) else checked_model(model))


@lru_cache(maxsize=64)
def _encoding_of(model: str) -> str:
    try:
        return tiktoken.encoding_name_for_model(checked_model(model))
    except KeyError:  # a newer model than tiktoken, or another provider's
        return FALLBACK_ENCODING


def text_tokens(text: str, model: str = DEFAULT_MODEL) -> int:
    """Count the tokens of a text alone. It is not remembered: this is for texts that are seen once."""
    return _encoded(text, _encoding_name(model))


def _count_text(text: str, encoding: str) -> int:
    key = (
        encoding,
        text if len(text) <= 100 else blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(),
    )
    count = _counts.get(key)
    if count is None:
        if len(_counts) >= MOST_REMEMBERED:
            _counts.clear()
        count = _counts[key] = _encoded(text, encoding)
    return count


def _encoded(text: str, encoding: str) -> int:
    """How many tokens a text becomes, whatever it holds."""
    # encode_ordinary, because "<|endoftext|>" in a message is text like any other; encode() would raise.
    encode = _load(encoding).encode_ordinary
    if len(text) <= MOST_BLANKS or not _TOO_MANY_BLANKS[encoding == "cl100k_base"].search(
        text
    ):  # asked first: a panic also writes to stderr
        try:
            return len(encode(text))
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
    pieces = (piece[0] for piece in regex.finditer(_load(encoding)._pat_str, whole(text)))
    return sum(len(encode(piece[start : start + BLOCK])) for piece in pieces for start in range(0, len(piece), BLOCK))


def _load(encoding: str) -> tiktoken.Encoding:
    try:
        return tiktoken.get_encoding(encoding)
    except OSError as error:  # tiktoken downloads a vocabulary when it is first used
        raise RuntimeError(
            f"tiktoken could not load the vocabulary {encoding!r}. Connect to the internet once, "
            "or set TIKTOKEN_CACHE_DIR to a folder that holds it."
        ) from error
