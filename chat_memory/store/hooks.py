"""Functions that a program hands in: what they return is looked at before anything is written."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any


def cleaning(clean: Callable[[str], str]) -> Callable[[str], str]:
    """The function given as `clean`, held to what it promises. Raises TypeError where it is no function.

    Where it returns no text, the function that is returned raises TypeError; what it raises itself passes, with a note.
    """
    if not callable(clean):
        raise TypeError(f"clean must be a function that is given a text and returns a text, got {clean!r:.60}.")

    def cleaned(text: str) -> str:
        new = _called("clean", clean, text)
        if not isinstance(new, str):
            raise TypeError(
                f"The function given as clean ({_name(clean)}) returned {_kind(new)}. It must return a text each time: "
                "what is to be saved, which is its own argument where nothing is to be removed. Nothing was saved."
            )
        return new

    return cleaned


def telling_time(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """The function given as `clock`, held to what it promises: a datetime with a time zone. Raises like `cleaning`."""
    if not callable(clock):
        raise TypeError(f"clock must be a function that returns a datetime with a time zone, got {clock!r:.60}.")

    def told() -> datetime:
        now = _called("clock", clock)
        if isinstance(now, datetime) and now.utcoffset() is not None:
            return now
        kind = "a datetime without a time zone" if isinstance(now, datetime) else _kind(now)
        raise (ValueError if isinstance(now, datetime) else TypeError)(
            f"The function given as clock ({_name(clock)}) returned {kind}. It must return a datetime with the user's time "
            'zone, such as datetime.now(ZoneInfo("Asia/Tokyo")) or datetime.now(UTC). Nothing was saved.'
        )

    return told


def _called(what: str, hook: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return hook(*arguments)
    except Exception as error:
        with suppress(Exception):  # of an error that takes no notes
            error.add_note(f"This was raised by the function given as {what} ({_name(hook)}). Nothing was saved.")
        raise


def _kind(value: Any) -> str:
    if inspect.iscoroutine(value):
        value.close()  # or Python warns that nobody awaited it
        return "a coroutine (it must not be async)"
    return "None" if value is None else f"{type(value).__name__} instead"


def _name(hook: Any) -> str:
    return f"{getattr(hook, '__qualname__', type(hook).__qualname__):.60}"
