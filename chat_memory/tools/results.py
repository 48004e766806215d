"""What a call came to, in words for the model: a text as it is, anything else as JSON, and an error without its traceback."""

from typing import Any

from ..unsendable import all_whole, whole
from .arguments import WrongCall

DONE = "Done."  # what a function says that is declared to return nothing


def in_text(value: Any, name: str, returns_nothing: bool) -> str:
    """What a tool has returned, as text. Raises TypeError for what is no JSON."""
    if isinstance(value, str):
        return whole(str.__str__(value))  # of an enum that is a text, its value
    if value is None:
        return DONE if returns_nothing else "null"
    from pydantic_core import to_json, to_jsonable_python  # dataclasses, pydantic's models, dates, enums, sets …

    try:
        return to_json(all_whole(to_jsonable_python(all_whole(value)))).decode()
    except Exception as error:
        raise TypeError(f"{name} returned {type(value).__name__}, which cannot be written as JSON ({error})") from error


def error_in_text(error: BaseException) -> str:
    """An error, as type and message."""
    try:
        words = str(error)
    except Exception:  # of the error's own
        words = ""
    if isinstance(error, WrongCall):
        return whole(f"Error: {words}")
    return whole(f"Error: {type(error).__name__}: {words}" if words else f"Error: {type(error).__name__}")
