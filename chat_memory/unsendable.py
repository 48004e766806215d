"""What no request and no database takes in a text: half an emoji, and NUL. What is done about both, in one place.

A message is kept to the letter, and is made whole when it is sent again. What is written as plain text (a fact, an id) is
refused where the caller has written it, and made whole where a model has. A search passes over both.
"""

import re
from typing import Any

HALF = re.compile("[\ud800-\udfff]")  # the code of half a letter above U+FFFF, such as most emoji
LOST = "\ufffd"  # Unicode's sign for a letter that is lost


def whole(text: str) -> str:
    """The text with halves that belong together joined, and a half that stands alone as the sign for a lost letter."""
    if text.isascii() or not HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def all_whole(value: Any) -> Any:
    """The same for every text in lists and dicts, the keys included. What is whole comes back as it is."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {whole(key) if isinstance(key, str) else key: all_whole(inner) for key, inner in value.items()}
    return [all_whole(inner) for inner in value] if isinstance(value, list) else value


def plain(text: str) -> str:
    """The text as it can be stored as plain text: whole, and each NUL as the sign for a lost letter."""
    return whole(text).replace("\0", LOST)


def checked_plain(what: str, text: str) -> str:
    """Return a text that can be stored as it is. Raises ValueError, beginning with `what`, or TypeError for no text."""
    if "\0" in text or HALF.search(text):
        raise ValueError(f"{what} cannot hold the character NUL or half an emoji: {text!a:.60}.")
    return text
