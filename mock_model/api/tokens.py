"""How many tokens a prompt costs, by the published rules, and how a text is cut to a number of tokens.

The rules are OpenAI's ("How to count tokens with tiktoken" in the OpenAI Cookbook): 3 tokens per message plus the
tokens of its strings, 1 more for a name, 3 that prime the reply; for tools see `count_tools`. No published rule covers the
calls in a message and the messages of tools: that every string in them counts is a choice made here, and so is all that is
said of custom tools. This is the server's own count: it shares no code with `chat_memory`, so that comparing the two is a
real check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from mock_model.api.vocabulary import load_encoding

PRIMING = 3
PER_MESSAGE = 3
PER_NAME = 1
TOOLS_END = 12
PER_PROPERTY = 3
ENUM = -3

_SHORT, _LONG = 2_000, 200_000  # characters
MOST_BLANKS, BLOCK = 999_998, 100_000  # characters: of a run that tiktoken can encode, and that are encoded at once
_BLANKS = re.compile(  # what the vocabularies' own patterns call a space, line breaks left out
    r"[\t\x0b\x0c \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)


def count_text(text: str, encoding: str) -> int:
    """Tokens of a text. `<|endoftext|>` and the like are ordinary text here.

    Counts are remembered, because a chat resends its whole history: of texts up to 2,000 characters the last 4,096,
    of longer ones the last 64, of those over 200,000 characters none. That bounds the memory.
    """
    if len(text) <= _SHORT:
        return _count_short(text, encoding)
    return _count_long(text, encoding) if len(text) <= _LONG else len(_encode(text, encoding))


@lru_cache(maxsize=4_096)
def _count_short(text: str, encoding: str) -> int:
    return len(load_encoding(encoding).encode_ordinary(text))


@lru_cache(maxsize=64)
def _count_long(text: str, encoding: str) -> int:
    return len(_encode(text, encoding))


def _encode(text: str, encoding: str) -> list[int]:
    """The tokens of a text, which are tiktoken's wherever it has some.

    It has none for a longer run of blanks than `MOST_BLANKS` before a sign, or at the end of a text: it ends in a panic,
    which is no `Exception`. Such a text is cut up by the vocabulary's own pattern, as tiktoken does it, and what is longer
    than `BLOCK` is encoded in blocks of that many characters, from its start. At the end of a block a token may be cut in
    two, so that the figure is a few tokens above the true one: an upper bound, and the same figure each time.
    """
    vocabulary = load_encoding(encoding)
    encode = vocabulary.encode_ordinary
    if not _panics(text, encoding):
        return encode(text)
    try:
        import regex
    except ImportError:  # a tiktoken that is all Python, as in a browser: it counts any text
        return encode(text)
    pieces = (found[0] for found in regex.finditer(vocabulary._pat_str, text))
    blocks = (piece[at : at + BLOCK] for piece in pieces for at in range(0, len(piece), BLOCK))
    return [token for block in blocks for token in encode(block)]


def _panics(text: str, encoding: str) -> bool:
    """Whether tiktoken would panic. A run before a line break is the break's, and the older vocabulary has none at the end."""
    for run in _BLANKS.finditer(text) if len(text) > MOST_BLANKS else ():
        if run.end() - run.start() > MOST_BLANKS:
            after = text[run.end() : run.end() + 1]
            if after not in ("\n", "\r") and (after or encoding != "cl100k_base"):
                return True
    return False


def count_message(message: dict[str, Any], encoding: str) -> int:
    """Tokens of one message of a request: every string in it counts, the type of a content part does not.

    For a role, a name and a text that is the published rule; for calls and their results it is a choice.
    """
    total = PER_MESSAGE
    for key, value in message.items():
        if type(value) is str:
            total += count_text(value, encoding)
        elif key == "content":
            total += sum(count_text(part.get("text") or part.get("refusal") or "", encoding) for part in value or ())
        else:
            total += count_strings(value, encoding)
    return total + PER_NAME if message.get("name") else total


def count_strings(value: Any, encoding: str) -> int:
    """Tokens of every string value inside lists and objects, such as the id, type, name and arguments of tool calls."""
    return sum(count_text(text, encoding) for text in _strings(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def count_tools(tools: Sequence[dict[str, Any]], encoding: str, function_tokens: int) -> int:
    """Tokens that the definitions of the tools add to a prompt: 0 without tools.

    Per function `function_tokens` (7 for the gpt-4o family and later, 10 for gpt-4) and `name:description`; 3 when it
    has properties, and per property 3 and `key:type:description`; for an enum -3, and per item 3 and the item; 12 at
    the end of the list. A description counts without its trailing period. That is published for flat parameters; that
    schemas deeper inside count alike, those without a name under their keyword, is a choice. A custom tool counts as a
    function without properties, and the strings of its grammar.
    """
    total = TOOLS_END if tools else 0
    for tool in tools:
        function = tool[tool["type"]]
        total += count_strings((function.get("format") or {}).get("grammar"), encoding)
        total += function_tokens + count_text(f"{function['name']}:{_described(function)}", encoding)
        total += _count_schemas(function.get("parameters") or {}, encoding)
    return total


def _count_schemas(whole: dict[str, Any], encoding: str) -> int:
    """Tokens of all schemas inside the schema of a function's parameters, however deep."""
    total, waiting = 0, [whole]
    while waiting:
        outer = waiting.pop()
        total += PER_PROPERTY if outer.get("properties") else 0
        for key, schema in _schemas_in(outer):
            line = f"{key}:{_as_text(schema.get('type', schema.get('$ref', '')))}:{_described(schema)}"
            total += PER_PROPERTY + count_text(line, encoding)
            if isinstance(items := schema.get("enum"), list):
                total += ENUM + sum(3 + count_text(_as_text(item), encoding) for item in items)
            waiting.append(schema)
    return total


def _schemas_in(outer: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas that stand in one, each with its name, or with the keyword that it stands under."""
    for keyword in ("properties", "patternProperties", "$defs", "definitions"):
        if isinstance(named := outer.get(keyword), dict):
            yield from ((key, schema if isinstance(schema, dict) else {}) for key, schema in named.items())
    for keyword in ("items", "prefixItems", "additionalProperties", "anyOf", "oneOf", "allOf"):
        found = outer.get(keyword)
        for schema in found if isinstance(found, list) else [found]:
            if isinstance(schema, dict):
                yield keyword, schema


FORMAT = 9
_UNCOUNTED = ("required", "additionalProperties", "$schema")


def count_format(response_format: dict[str, Any] | None, encoding: str) -> int:
    """Tokens that the schema of a `response_format` adds to a prompt: 0 without a schema.

    OpenAI says that a schema is part of the prompt, but publishes no rule. A user measured one
    (https://github.com/openai/openai-cookbook/issues/2140): 9, and the schema as compact JSON without `required`,
    `additionalProperties` and `$schema`. That is the choice made here.
    """
    schema = ((response_format or {}).get("json_schema") or {}).get("schema")
    if schema is None:
        return 0
    text = json.dumps(_counted(schema), ensure_ascii=False, separators=(",", ":"))
    return FORMAT + count_text(text, encoding)


def _counted(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _counted(inner) for key, inner in schema.items() if key not in _UNCOUNTED}
    return [_counted(inner) for inner in schema] if isinstance(schema, list) else schema


def _described(schema: dict[str, Any]) -> str:
    return _as_text(schema.get("description") or "").removesuffix(".")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def cut_text(text: str, limit: int, encoding: str) -> str:
    """The longest beginning of a text, cut between tokens, that costs at most `limit` tokens.

    A character that is made of several tokens (an emoji, some Chinese characters) is kept whole or left out.
    """
    if limit <= 0:
        return ""
    if len(text.encode("utf-8", "replace")) <= limit:  # a token is at least one byte
        return text
    tokens = _encode(text, encoding)
    for kept in range(min(limit, len(tokens)), 0, -1):
        cut = load_encoding(encoding).decode_bytes(tokens[:kept]).decode("utf-8", "ignore")
        if count_text(cut, encoding) <= limit:
            return cut
    return ""
