"""What is written: messages, settings and summaries as JSON that comes back as it is, with the words in them cleaned."""

import json
import re
import reprlib
from collections.abc import Callable
from typing import Any

from ..messages import MessageLike
from ..turns import role_of
from ..unsendable import HALF

SETTINGS: dict[str, Any] = {  # those of ChatMemory
    "system": str,
    "model": str | None,
    "max_tokens": int,
    "keep_recent": int,
    "reply_tokens": int | None,
    "summary_tokens": int | None,
    "part_tokens": int | None,
    "summary_model": str | None,
    "limit_reply": bool,
    "api": str,
    "server_keeps": bool,
}
STRUCTURE = re.compile("[a-z_]{1,30}")  # how a role or a type is written: nobody's words, and not to be changed
ID = re.compile(
    "(?=.*[A-Za-z])[A-Za-z0-9_-]{1,64}"
)  # how a server names a call and a tool: a result has to say the same
CALLS = ("tool_calls",)
NAMES_OF_CALLS = {("tool_calls", "id"), ("function", "name"), ("custom", "name"), ("function_call", "name")}
# A picture, a sound, a file: in letters, but no text, and broken by any change.
BASE64 = r"[A-Za-z0-9+/\r\n]+=*"
DATA_URL = re.compile(rf"data:[\w.+-]+/[\w.+-]+;base64,{BASE64}")
SEALED = re.compile(r"[A-Za-z0-9+/_.=-]+")  # what a model has thought, in letters that only its server can read
DATA = {("image_url", "url"): DATA_URL, ("file", "file_data"): DATA_URL, ("input_audio", "data"): re.compile(BASE64)}
DEEPEST = 100  # lists and dicts within each other: all that reads a message again goes down into it


def body(message: MessageLike, place: int, clean: Callable[[str], str]) -> str:
    """A message as JSON. Raises TypeError or ValueError for what is no message, or would not come back as it is."""
    role_of(message, place)
    return written(message, f"messages[{place}]", clean)


def written(value: Any, what: str, clean: Callable[[str], str]) -> str:
    """A message, the settings or a summary as JSON. Raises TypeError where the same would not come back."""
    try:
        text = _as_json(value)
        same = json.loads(text) == value and not _is_deep(value)
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise TypeError(
            f"{what} cannot be saved so that it comes back as it is: it may hold text, numbers, True, False, None, "
            f"lists, and dicts with text as keys, at most {DEEPEST} within each other. Got {_shown(value)}."
        )
    cleaned = _cleaned(value, clean)
    if isinstance(value, dict):
        names = _structural_names(value, what)
        cleaned |= {name: value[name] for name in names if isinstance(value.get(name), str)}
    return text if cleaned == value else _as_json(cleaned)


def _cleaned(value: Any, clean: Callable[[str], str], key: str = "", within: str = "") -> Any:
    if isinstance(value, str):
        return value if _is_structure(value, key, within) else clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(inner, clean, name, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner, clean, key if key in CALLS else "") for inner in value]
    return value


def _is_structure(text: str, key: str, within: str) -> bool:
    """Whether a text is nobody's words, but what a request is made of. `within` is the key of what it stands in."""
    if key == "encrypted_content":
        return bool(SEALED.fullmatch(text))
    if data := DATA.get((within, key)):
        return bool(data.fullmatch(text))
    if key in ("role", "type"):
        return bool(STRUCTURE.fullmatch(text))
    of_call = key == "tool_call_id" or (within, key) in NAMES_OF_CALLS
    return of_call and bool(ID.fullmatch(text))


def _structural_names(value: dict[str, Any], what: str) -> tuple[str, ...]:
    """The fields of the settings, or of a message, that a request could not be sent without as they are."""
    return ("model", "summary_model") if what == "settings" else ("name",) if value.get("role") == "function" else ()


def unusable(settings: dict[str, Any]) -> str | None:
    """The first of the settings that is not what `SETTINGS` says, if there is one."""
    names = (name for name in SETTINGS if name in settings)
    return next((name for name in names if not _is_a(settings[name], SETTINGS[name])), None)


def _is_a(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def check_readable(settings: Any, summary: Any) -> None:
    """Raises TypeError for settings or a summary that could not be read again."""
    for what, value, kind in (("settings", settings, dict), ("summary", summary, str)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{what} must be {kind.__name__}, got {value!r:.60}.")
    if settings and (name := unusable(settings)):
        raise TypeError(f"{name} in settings cannot be {settings[name]!r:.60}. Nothing was saved.")


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        inner = [
            list(each.values()) if isinstance(each, dict) else each for each in layer if isinstance(each, (dict, list))
        ]
        if not (layer := [each for values in inner for each in values]):
            return False
    return any(isinstance(each, (dict, list)) for each in layer)


def _shown(value: Any) -> str:
    try:
        return reprlib.repr(value)
    except ValueError:  # a number of so many digits that Python does not write them
        return f"a {type(value).__name__} with a number that is too long"


def _as_json(value: Any) -> str:
    """JSON in which all letters are as they are, but halves of an emoji, which no database takes."""
    return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=False))
