"""The tokens of a request, counted before it is sent, so that they equal the server's `usage.prompt_tokens`.

The rules are OpenAI's, from the Cookbook, "How to count tokens with tiktoken"
(https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken):

- a message costs 3 tokens, plus the tokens of every string in it (role, content, name …), plus 1 if it has a name;
  of calls and their results, of an older function call and of a spoken reply too every string counts: no rule is
  published for these, so that this is a choice;
- the request costs 3 more, which prime the reply;
- tools cost tokens too: see `tool_tokens`;
- a picture costs what is published for the model, see `pictures`; for what nothing is published, the caller says it.

Servers with a tokenizer of their own (Llama, Qwen, Mistral …) count differently; for them this is an estimate. With a
`count` of yours, a function that returns the tokens of a text, the texts are counted by their tokenizer; what a message
costs beside its texts stays OpenAI's.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeAlias

from .content import kind_of, no_json, part_text, parts_of, text_in
from .errors import whole_number
from .messages import AnyMessage, MessageLike, ToolLike
from .messages import Message as Message
from .pictures import picture_tokens
from .texts import DEFAULT_MODEL, Count, Encoding, encoding_for, number_of_tokens, remembered_size, size_of

TOKENS_PER_MESSAGE = 3
TOKENS_PER_NAME = 1
NAMED_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions")  # the keywords of a schema that hold others
NAMELESS_SCHEMAS = ("items", "prefixItems", "additionalProperties", "anyOf", "oneOf", "allOf")
PRIMING_TOKENS = 3  # every reply is primed with <|start|>assistant<|message|>


PartTokens: TypeAlias = int | Callable[[Any], int]  # a caller's own: the tokens of a part that is no text


class Counting(NamedTuple):
    """How a request is counted: its texts by an encoding, its pictures at a price, and around them as OpenAI's rules say."""

    encoding: Encoding
    model: str
    part_tokens: PartTokens | None = None

    @classmethod
    def of(cls, model: str, count: Count | None = None, part_tokens: PartTokens | None = None) -> Self:
        """As this model counts, with functions of the caller's where there are such.

        Raises TypeError or ValueError for what is no name of a model, no function and no number of tokens.
        """
        if part_tokens is not None and not callable(part_tokens):
            whole_number("part_tokens, where it is no function,", part_tokens, least=0)
        return cls(encoding_for(model, count), model, part_tokens)

    @property
    def is_own(self) -> bool:
        """Whether texts are counted by a function of the caller's."""
        return not isinstance(self.encoding, str)

    def request(self, messages: Iterable[MessageLike], tools: Iterable[ToolLike] | None = None) -> int:
        """The prompt tokens of a request."""
        if isinstance(messages, (str, dict)):
            raise TypeError(f"messages must be a list of message dicts, got one {type(messages).__name__}.")
        total = PRIMING_TOKENS + self.tools(tools)
        return total + sum(_count_message(message, self, "messages", i) for i, message in enumerate(listed(messages)))

    def message(self, message: MessageLike, place: int | None = None) -> int:
        """The tokens that a message adds to a request. `place` is its number in its list, for an error."""
        return _count_message(message, self, "message" if place is None else "messages", place)

    def tools(self, tools: Iterable[ToolLike] | None) -> int:
        """The tokens that tools add to a request."""
        listed = listed_tools(tools)
        return 12 + sum(_count_tool(tool, self, f"tools[{i}]") for i, tool in enumerate(listed)) if listed else 0

    def part(self, part: Any, where: str) -> int:
        """The tokens of a part of a message's content. Raises ValueError where they are not known."""
        if (text := text_in(part)) is not None:
            return remembered_size(text, self.encoding)
        if (kind := kind_of(part)) is None:
            part_text(part, where)  # raises: what it is nobody knows
        try:
            published = picture_tokens(part, self.model)
        except RuntimeError:  # its size cannot be read here
            if self.part_tokens is None:
                raise
            published = None
        if published is not None:
            return published
        if callable(self.part_tokens):
            what = f"part_tokens must return the number of a part's tokens, and for {where}, a {kind}, it returned"
            return number_of_tokens(self.part_tokens(part), what, "such as 765")
        if self.part_tokens is not None:
            return self.part_tokens
        raise ValueError(
            f"{where} is a {kind}, and what it costs is not known: nothing is published for it and the model "
            f"{self.model!r:.60}, or its size cannot be read, which stands in a picture that is sent as a data: URL. Say its "
            "tokens with part_tokens=, a number or a function of the part, such as the prompt_tokens that a request has "
            "more with it."
        )

    def has_price(self, part: Any, where: str) -> bool:
        """Whether it is known what a part costs."""
        try:
            return self.part(part, where) >= 0
        except (TypeError, ValueError):
            return False

    def text(self, text: str) -> int:
        """The tokens of a text alone. It is not remembered: this is for texts that are seen once."""
        return size_of(text, self.encoding)

    def remembered(self, text: str) -> int:
        """The same for a text that is sent again and again: it is counted once."""
        return remembered_size(text, self.encoding)


def count_tokens(
    messages: Iterable[MessageLike],
    *,
    model: str = DEFAULT_MODEL,
    tools: Iterable[ToolLike] | None = None,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> int:
    """Count the prompt tokens of a request: its messages, its tools, and the 3 that prime the reply.

    A model name that tiktoken does not know is counted with o200k_base. Half of an emoji counts as the sign U+FFFD.

    `count` is a function of your own, for a model with another tokenizer and where no vocabulary can be loaded: it is
    given a text and returns its tokens, such as `lambda text: len(tokenizer.encode(text, add_special_tokens=False))`. It
    is asked once for each text, so the same text has to have the same tokens.

    A picture costs what OpenAI has published for the model and its size (`pictures`). `part_tokens` says what other
    parts cost, such as a sound, a file, or a picture for another model: a number, or a function of the part.

    Raises TypeError or ValueError, with the place and the way out, for anything but plain message dicts, parts whose cost
    is not known, no name of a model, or a function that returns no whole number from 0, and RuntimeError if tiktoken
    cannot load its vocabulary.
    """
    return Counting.of(model, count, part_tokens).request(messages, tools)


def message_tokens(
    message: MessageLike,
    model: str = DEFAULT_MODEL,
    place: int | None = None,
    *,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> int:
    """Count the tokens that one message adds to a request (without the 3 that prime the reply).

    Content may be a string, None (0 tokens) or a list of parts (of a text or a refusal only its text counts); of what
    else a message holds, such as `tool_calls`, every string inside counts. `count`, `part_tokens` and what is raised are
    those of `count_tokens`; `place` is the message's number in its list, for the error.
    """
    return Counting.of(model, count, part_tokens).message(message, place)


def tool_tokens(tools: Iterable[ToolLike] | None, *, model: str = DEFAULT_MODEL, count: Count | None = None) -> int:
    """Count the tokens that the tool definitions add to a request; 0 without tools.

    The Cookbook measured this for flat parameters that all have a type and a description. What is missing counts as
    empty text. For what lies deeper (nested objects, items, alternatives, definitions) no rule is published: that it
    counts as the parameters do is a choice. A schema without a name counts under its keyword, such as `items`, and a
    reference in place of a type. Defaults, patterns, limits and titles are not counted.
    For custom tools no rule is published either: one is counted as a function without parameters, and the text of its
    grammar.
    """
    return Counting.of(model, count).tools(tools)


def _count_message(message: MessageLike, counting: Counting, where: str, number: int | None = None) -> int:
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise no_message(message, where if number is None else f"{where}[{number}]")
    encoding = counting.encoding
    total = TOKENS_PER_MESSAGE + (TOKENS_PER_NAME if message.get("name") else 0)
    for key, value in message.items():
        if isinstance(value, str):
            total += remembered_size(value, encoding)
        else:
            place = where if number is None else f"{where}[{number}]"
            if key == "content":
                parts = parts_of(value, f"{place}['content']")
                total += sum(counting.part(part, f"{place}['content'][{i}]") for i, part in enumerate(parts))
            elif key == "reasoning_items" and message.get("reasoning_tokens"):
                total += whole_number(f"{place}['reasoning_tokens']", message["reasoning_tokens"], least=0)
            else:
                total += _json_size(value, encoding, f"{place}[{key!r}]")
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


def _json_size(value: Any, encoding: Encoding, where: str) -> int:
    """The tokens of every string inside a JSON value. Raises TypeError, with the place, for what is none."""
    try:
        return _count_strings(value, encoding)
    except _NoJson as found:
        raise no_json(found.value, _where_in(value, found.value, where)) from None


def _count_strings(value: Any, encoding: Encoding) -> int:
    """The tokens of every string inside a JSON value; keys, numbers, booleans and null cost nothing.

    Raises _NoJson for what is none.
    """
    if isinstance(value, str):
        return remembered_size(value, encoding)
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        if value is None or isinstance(value, (bool, int, float)):
            return 0
        raise _NoJson(value)
    total = 0
    for inner in value:
        total += remembered_size(inner, encoding) if isinstance(inner, str) else _count_strings(inner, encoding)
    return total


class _NoJson(Exception):
    """Something inside a message that is no JSON value."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _where_in(value: Any, found: Any, where: str) -> str:
    """Where inside a value something stands."""
    if value is found:
        return where
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    return next((place for key, each in inner if (place := _where_in(each, found, f"{where}[{key!r}]"))), "")


def _count_tool(tool: ToolLike, counting: Counting, where: str) -> int:
    encoding = counting.encoding
    kind = "custom" if isinstance(tool, dict) and tool.get("type") == "custom" else "function"
    function = tool.get(kind) if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise ValueError(f"{where} must look like {{'type': 'function', 'function': {{'name': …, 'parameters': …}}}}.")
    parameters = _object(function.get("parameters"), f"{where}: 'parameters'")
    # A function costs 7 tokens for the 4o family and later; the Cookbook measured 10 for gpt-4 and gpt-3.5-turbo.
    total = 10 if encoding == "cl100k_base" else 7
    total += remembered_size(f"{function['name']}:{_description(function)}", encoding)
    if kind == "custom":
        grammar = _object(function.get("format"), f"{where}: 'format'").get("grammar")
        total += _json_size(grammar, encoding, f"{where}: 'grammar'")
    return total + _count_inside(parameters, encoding, where)


def _count_inside(schema: Mapping[str, Any], encoding: Encoding, where: str) -> int:
    """The tokens of what lies in a schema: 3 where it has properties, and those of each schema in it."""
    total = 3 if schema.get("properties") else 0
    for keyword in NAMED_SCHEMAS:
        for key, inner in _object(schema.get(keyword), f"{where}: {keyword!r}").items():
            total += _count_schema(key, inner, encoding, where)
    for keyword in NAMELESS_SCHEMAS:
        found = schema.get(keyword)
        for inner in found if isinstance(found, (list, tuple)) else [found]:
            total += _count_schema(keyword, inner, encoding, where) if isinstance(inner, dict) else 0
    return total


def _count_schema(key: str, schema: Any, encoding: Encoding, where: str) -> int:
    if isinstance(schema, bool):  # anything, or nothing
        schema = {}
    if not isinstance(schema, dict):
        raise ValueError(f"{where}: the schema of {key!r} must be a dict such as {{'type': 'string'}}.")
    kind = _as_text(schema.get("type", schema.get("$ref", "")))
    total = 3 + remembered_size(f"{key}:{kind}:{_description(schema)}", encoding)
    if "enum" in schema:
        if not isinstance(schema["enum"], (list, tuple)):
            raise ValueError(f"{where}: the enum of {key!r} must be a list such as ['C', 'F'].")
        total += sum(3 + remembered_size(_as_text(item), encoding) for item in schema["enum"]) - 3
    return total + _count_inside(schema, encoding, where)


def _object(value: Any, where: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{where} must be a dict, got {type(value).__name__}.")
    return value or {}


def _description(schema: Mapping[str, Any]) -> str:
    return _as_text(schema.get("description") or "").removesuffix(".")


def _as_text(value: Any) -> str:
    """What a schema holds as text, such as an enum of numbers or a list of types."""
    return value if isinstance(value, str) else json.dumps(value, default=repr, skipkeys=True)
