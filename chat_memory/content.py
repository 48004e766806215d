"""What a message holds beside plain text (parts, calls, a refusal, a spoken reply), said in words."""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

from .messages import Message, MessageLike
from .unsendable import whole

RESULTS = ("tool", "function")  # the roles of what a call returned; "function" is the older one
TEXT_PARTS = {"text": "text", "refusal": "refusal"}  # the parts that are read as text, and where they hold it
KINDS = {"image": "picture", "audio": "sound", "video": "video", "file": "file", "document": "file"}  # by a part's type
NAMED_BY = ("filename", "title", "url", "image_url", "file_url", "file_id", "id", "format", "media_type", "file_data")
UNCHANGING = {str, int, float, bool, type(None)}  # what needs no copy
LONGEST_NAME = 100  # characters of an address or a file's name
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def field(thing: Any, name: str) -> Any:
    """A field of what may be an object of the openai package or a plain dict; None where there is none."""
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def stated(thing: Any, name: str) -> Any:
    """The same for a field that says that something is otherwise than usual: None where the object makes up any field.

    Objects that stand in for replies in tests do that, and proxies.
    """
    value = thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)
    if value is None or isinstance(value, (str, dict, list, tuple)):
        return value
    return None if hasattr(value, "no_object_has_this_field") else value


def is_of_openai(thing: Any) -> bool:
    """Whether this is an object of the openai package, as its client returns it: a whole answer, or a piece of one."""
    return type(thing).__module__.startswith("openai.types.")


def copied(value: Any) -> Any:
    """A copy of a value, all the way down. JSON values, which messages are, take a tenth of the time of `copy.deepcopy`."""
    kind = type(value)
    if kind is dict:
        copy_of = value.copy()
        for key, inner in value.items():
            if type(inner) not in UNCHANGING:
                copy_of[key] = copied(inner)
        return copy_of
    if kind is list:
        return [copied(inner) for inner in value]
    return value if kind in UNCHANGING else copy.deepcopy(value)


def parts_of(content: Any, where: str) -> list[Any]:
    """The parts of a message's content, text alone being one. Raises TypeError for what is no content."""
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    if not isinstance(content, (list, tuple)):
        raise TypeError(f"{where} must be text, None or a list of parts, got {type(content).__name__}.")
    return list(content)


def kind_of(part: Any) -> str | None:
    """What a part is that is no text, in a word such as "picture"; None for what is none of the kinds that are known."""
    kind = part.get("type") if isinstance(part, dict) else None
    return next((name for sign, name in KINDS.items() if isinstance(kind, str) and sign in kind), None)


def text_in(part: Any) -> str | None:
    """The text of a part that is read as text; None for any other part."""
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get(TEXT_PARTS[kind]) if isinstance(kind, str) and kind in TEXT_PARTS else None
    return text if isinstance(text, str) else None


def part_text(part: Any, where: str) -> str:
    """The text of a part that is read as text. Raises ValueError for any other part."""
    if (text := text_in(part)) is not None:
        return text
    kind = part.get("type") if isinstance(part, dict) else type(part).__name__
    raise ValueError(
        f"{where} is not a text part but {kind!r}, for which there is no rule here. Put {{'type': 'text', 'text': '…'}} in "
        "its place, which says what it is."
    )


def part_in_words(part: Any, where: str) -> str:
    """A part as words: its text, or in brackets what it is. Raises ValueError for a part of an unknown kind."""
    kind, named = part.get("type") if isinstance(part, dict) else None, kind_of(part)
    text = part.get("text") if isinstance(part, dict) else None  # of whatever kind: no word is left out
    if named:
        words = _sound(part.get(kind) or part) if named == "sound" else _bracketed(named, part)
        return f"{words} {text}" if text and isinstance(text, str) else words
    if isinstance(text, str):
        return text
    text = part_text(part, where)
    return f"[refused: {text}]" if kind == "refusal" else text


def _sound(audio: Any) -> str:
    words = field(audio, "transcript")
    return f"[spoken: {words}]" if words else _bracketed("sound", audio)


def _bracketed(kind: str, part: Any) -> str:
    """What stands for a part, with what is known of it, however deep it stands."""
    known = _known(part)
    return f"[{kind} {known[:LONGEST_NAME]}]" if known else f"[{kind}]"


def _known(part: Any) -> str:
    """The name of a picture, a sound or a file, or else its address; of data inside an address only its type."""
    inside = [part]
    for thing in inside:  # which grows
        inside += [inner for inner in thing.values() if isinstance(inner, dict)] if isinstance(thing, dict) else []
    for key in NAMED_BY:
        for thing in inside:
            known = field(thing, key)
            if isinstance(known, str) and known[:5].lower() == "data:":
                return known[5:].partition(";")[0].partition(",")[0]
            if known and isinstance(known, str) and not key.endswith("_data"):
                return known
    return ""


def parts_as_text(message: Message, where: str, kept: Callable[[Any, str], bool]) -> Message:
    """The message with what is no text in its content named in brackets, as a text part: a picture as "[picture cat.png]".

    So it can be counted and sent; a part of an unknown kind is named by its kind. What is `kept` of a user's parts stays
    as it is: a function says so of a part and its place. Raises ValueError for what is no part.
    """
    content = message.get("content")
    if not isinstance(content, list):
        return message
    places = {f"{where}['content'][{i}]": part for i, part in enumerate(content)}
    asked = message["role"] == "user"
    parts = [part if asked and kept(part, place) else _as_text_part(part, place) for place, part in places.items()]
    return {**message, "content": parts}


def _as_text_part(part: Any, where: str) -> Any:
    if text_in(part) is not None:
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    try:
        words = part_in_words(part, where)
    except ValueError:
        if not isinstance(kind, str):
            raise
        words = f"[{kind[:LONGEST_NAME]}]"
    return {"type": "text", "text": whole(words)}


def calls_of(message: MessageLike, where: str) -> list[tuple[str, str, str]]:
    """The calls that a message makes, as (id, name, what is handed over): of functions, custom tools, and the old form.

    Raises TypeError for what is no plain dict, with the way out.
    """
    calls = message.get("tool_calls") or ()
    if not isinstance(calls, (list, tuple)):
        raise TypeError(f"{where}['tool_calls'] must be a list of calls, got {type(calls).__name__}.")
    found = [_call(call, f"{where}['tool_calls'][{i}]") for i, call in enumerate(calls)]
    if old := message.get("function_call"):
        found.append(_call({"function": old}, f"{where}['function_call']"))
    return found


def _call(call: Any, where: str) -> tuple[str, str, str]:
    called = (call.get("function") or call.get("custom") or call) if isinstance(call, dict) else call
    if not isinstance(called, dict):
        raise no_json(called, where)
    name = called.get("name") or called.get("type") or call.get("type") or "call"
    given = called.get("input") if called.get("arguments") is None else called["arguments"]
    if given is None:  # of a kind that is not known here: all of it, so that nothing is lost
        given = call if called.keys() - {"name", "type", "id", "index", "arguments", "input"} else ""
    return str(call.get("id") or ""), str(name), given if isinstance(given, str) else _as_json(given)


def no_json(value: Any, where: str) -> TypeError:
    """The error for an object in the place of plain JSON."""
    return TypeError(
        f"{where} is a {type(value).__name__}, not plain JSON. "
        "For a tool call of an API response, keep call.model_dump(exclude_none=True)."
    )


def in_words(message: MessageLike, where: str, marks: Sequence[str] = ()) -> str:
    """All that a message says, in words, with the calls that it makes. Raises TypeError or ValueError as `said` does.

    `marks` are those of `marked` for this message.
    """
    words, calls = said(message, where), calls_of(message, where)
    if marks and not calls:
        words = f"[result of {marks[0]}] {words}"
    named = [f" as {mark}" for mark in marks] if marks else [""] * len(calls)
    called = [f"[calls {name}({given}){mark}]" for (_, name, given), mark in zip(calls, named, strict=False)]
    return whole("\n".join(text for text in (words, *called) if text))


def marked(messages: Sequence[MessageLike]) -> dict[int, list[str]]:
    """What tells calls apart where more than one waits for its result: of a message its calls' marks, of a result one.

    By the number of the message in the list. A mark is the call's id, or its number where ids are missing or the same.
    """
    waiting: list[tuple[int, str, str]] = []  # calls: the number of the message, the id, the mark
    marks: dict[int, list[str]] = {}
    results: dict[int, tuple[int, str, str]] = {}
    together: set[int] = set()  # messages whose calls waited beside others
    number = 0  # of a call
    for i, message in enumerate(messages):
        if message["role"] == "user":
            waiting = []
        elif message["role"] in RESULTS:
            named = message.get("tool_call_id") or message.get("name") or ""
            its = [call for call in waiting if not named or call[1] in (named, "")]
            if its:
                results[i] = its[0]
                waiting.remove(its[0])
        elif found := calls_of(message, f"messages[{i}]"):
            ids = [id or ("" if message.get("tool_calls") else name) for id, name, _ in found]
            are_told_apart = len(set(ids)) == len(ids) and all(ids)
            marks[i] = ids if are_told_apart else [f"call {number + place}" for place in range(1, len(ids) + 1)]
            number += len(ids)
            waiting += [(i, id, mark) for id, mark in zip(ids, marks[i], strict=True)]
            if len(waiting) > 1:
                together.update(caller for caller, _, _ in waiting)
    told = {i: [mark] for i, (caller, _, mark) in results.items() if caller in together}
    return {i: marks[i] for i in together} | told


def said(message: MessageLike, where: str) -> str:
    """What a message says beside its calls, in words: its text and other parts, its refusal, its spoken reply.

    What a model has thought (`reasoning_content`) is not said. Raises TypeError or ValueError for what is not known.
    """
    parts = parts_of(message.get("content"), f"{where}['content']")
    texts = [part_in_words(part, f"{where}['content'][{i}]") for i, part in enumerate(parts)]
    if refusal := message.get("refusal"):
        texts.append(f"[refused: {refusal}]")
    if audio := message.get("audio"):
        texts.append(_sound(audio))
    return "\n".join(text for text in texts if text)
