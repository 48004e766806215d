"""What a message holds beside plain text (parts, calls, a refusal, a spoken reply), said in words."""

import json
from typing import Any

from .letters import whole

RESULTS = ("tool", "function")  # the roles of what a call returned; "function" is the older one
TEXT_PARTS = {"text": "text", "refusal": "refusal"}  # the parts that are read as text, and where they hold it
LONGEST_NAME = 100  # characters of an address or a file's name
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def field(thing: Any, name: str) -> Any:
    """A field of what may be an object of the openai package or a plain dict; None where there is none."""
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


def parts_of(content: Any, where: str) -> list[Any]:
    """The parts of a message's content, text alone being one. Raises TypeError for what is no content."""
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    if not isinstance(content, (list, tuple)):
        raise TypeError(f"{where} must be text, None or a list of parts, got {type(content).__name__}.")
    return list(content)


def part_text(part: Any, where: str) -> str:
    """The text of a part that is read as text. Raises ValueError for any other part."""
    kind = part.get("type") if isinstance(part, dict) else type(part).__name__
    if isinstance(part, dict) and kind in TEXT_PARTS and isinstance(part.get(TEXT_PARTS[kind]), str):
        return part[TEXT_PARTS[kind]]
    raise ValueError(
        f"{where} is not a text part but {kind!r}, for which there is no rule here: images, audio and files have rules "
        "of their own. Put {'type': 'text', 'text': '…'} in its place, which says what it is."
    )


def part_in_words(part: Any, where: str) -> str:
    """A part as words: its text, or in brackets what it is. Raises ValueError for a part of an unknown kind."""
    kind = part.get("type") if isinstance(part, dict) else None
    inner = part.get(kind) if isinstance(kind, str) else None
    if kind in ("image_url", "image", "input_image"):
        return _bracketed("picture", field(inner, "url") or inner)
    if kind in ("input_audio", "audio"):
        return _sound(inner)
    if kind in ("file", "input_file"):
        return _bracketed("file", field(inner, "filename") or field(inner, "file_id"))
    if isinstance(part, dict) and isinstance(part.get("text"), str):  # of whatever kind: no word is left out
        return part["text"]
    text = part_text(part, where)
    return f"[refused: {text}]" if kind == "refusal" else text


def _sound(audio: Any) -> str:
    words = field(audio, "transcript")
    return f"[spoken: {words}]" if words else _bracketed("sound", field(audio, "format") or field(audio, "id"))


def _bracketed(kind: str, known: Any) -> str:
    """What stands for a part, with what is known of it; of data inside an address only its type."""
    known = known if isinstance(known, str) else ""
    if known.startswith("data:"):
        known = known[5:].partition(";")[0].partition(",")[0]
    return f"[{kind} {known[:LONGEST_NAME]}]" if known else f"[{kind}]"


def parts_as_text(message: dict[str, Any], where: str) -> dict[str, Any]:
    """The message with what is no text in its content named in brackets, as a text part: a picture as "[picture cat.png]".

    So it can be counted and sent; a part of an unknown kind is named by its kind. Raises ValueError for what is no part.
    """
    content = message.get("content")
    if not isinstance(content, list):
        return message
    return message | {"content": [_as_text_part(part, f"{where}['content'][{i}]") for i, part in enumerate(content)]}


def _as_text_part(part: Any, where: str) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(kind, str) and isinstance(part.get(TEXT_PARTS.get(kind)), str):
        return part
    try:
        words = part_in_words(part, where)
    except ValueError:
        if not isinstance(kind, str):
            raise
        words = f"[{kind[:LONGEST_NAME]}]"
    return {"type": "text", "text": whole(words)}


def calls_of(message: dict[str, Any], where: str) -> list[tuple[str, str, str]]:
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
    given = next((called[key] for key in ("arguments", "input") if called.get(key) is not None), "")
    name = called.get("name") or called.get("type")
    return str(call.get("id")), str(name), given if isinstance(given, str) else _as_json(given)


def no_json(value: Any, where: str) -> TypeError:
    """The error for an object in the place of plain JSON."""
    return TypeError(
        f"{where} is a {type(value).__name__}, not plain JSON. "
        "For a tool call of an API response, keep call.model_dump(exclude_none=True)."
    )


def in_words(message: dict[str, Any], where: str) -> str:
    """All that a message says, in words, with the calls that it makes. Raises TypeError or ValueError as `said` does."""
    calls = [f"[calls {name}({given})]" for _, name, given in calls_of(message, where)]
    return whole("\n".join(text for text in (said(message, where), *calls) if text))


def said(message: dict[str, Any], where: str) -> str:
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
