"""Redaction: keys, card numbers and addresses taken out of a text before it is written to disk.

It finds what has a form of its own: a prefix, a checksum, a label. That is worth doing and it is not enough: NOT_CAUGHT
says what stays, and CAUGHT_BY_MISTAKE what goes although it is no secret. So it makes a stolen file less useful; it does
not make it safe to lose. What must never be on disk must not be said, or the disk must be encrypted.
"""

import json
import re
from typing import NamedTuple

from .secret_forms import KINDS, NOTE, Kind

__all__ = ["CAUGHT_BY_MISTAKE", "KINDS", "NOT_CAUGHT", "Kind", "Redacted", "redact", "redacted"]

NOT_CAUGHT = {  # what stays, with an example of each; the tests assert that every one of them does
    "a name": "My name is Ana Maria Silva.",
    "a password in a sentence without a label": "I log in with hunter2.",
    "a password of letters alone, without quotes": "password: swordfish",
    "a password of several words, without quotes": "password: correct horse battery 9",
    "a password with brackets or commas in it, without quotes": "password: hun(ter2), password: hunt,er2",
    "a short password or key": "password: a1b2c; pwd = 'abc'; token = abc1234",
    "a label in another language": "Passwort: hunter2, contraseña: hunter2",
    "a label that stands elsewhere": "hunter2 is my password.",
    "a PIN in lower case without a sign": "My pin, 1234, and the pin 4711.",
    "a number spelled out": "four one one one, one one one one, one one one one, one one one one",
    "a number in digits of another alphabet": "٤١١١ ١١١١ ١١١١ ١١١١",
    "a number with other things between its digits": "4111.1111.1111.1111, 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
    "a number on two lines that is cut elsewhere than between its groups": "41111111\n11111111",
    "a number on more than two lines": "4111\n1111\n1111\n1111",
    "what has grown together with other letters": "id4111111111111111, 4111 1111 1111 1111x",
    "a number with decimals or a hyphen and digits behind it": "4111111111111111.50 or 4111 1111 1111 1111-123",
    "the first half of a secret that is split over two messages": "The first half of my card is 4111 1111",
    "what is encoded, such as in base64": "cGFzc3dvcmQ6IGh1bnRlcjI=",
    "letters that are written as escapes": r"ana\u0040example.com, Hauptstra\u00dfe 12",
    "a disguised e-mail address": "ana at example dot com",
    "a phone number without +, parentheses or a label": "Ring 030 1234567 after six, or 415.555.2671.",
    "a street without a number, or of a form not listed here": "I live in Baker Street, next to 4 The Cedars.",
    "a place, a date of birth, a health matter": "Born on 3 April 1990 in Porto, allergic to nuts.",
    "a passport or tax number": "My passport is C01X00T47.",
    "a key of a service that is not listed here, without a label": "It is 7f3a9c1e5b8d2f4a6c0e9b7d5a3f1c8e.",
    "a password in an address, with a slash in it": "ftp://ana:pass/word1@host",
}
CAUGHT_BY_MISTAKE = {  # what is removed although it is harmless; asserted as well
    "one long number in ten that begins like a card": "Order 4000000000000002 has shipped.",
    "one list or table of years in ten": "2023 2024\n2025 2026",
    "a record, a team or a book that sounds like a street": "I own 2 Abbey Road records.",
    "what is written like an e-mail address": "git clone git@github.com:ana/trip.git",
    "what is said of a password, in quotes": 'password: "must be changed every month"',
    "an Indian postal code": "Bengaluru, PIN 560001",
    "a text in which each removal uncovers the next, again and again: all of it": "12 Main Street" * 40,
}


class Redacted(NamedTuple):
    """A text without its secrets, and the kinds of secret that were found in it, each once, in the order of KINDS."""

    text: str
    found: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Replace each secret of a known form by a note such as "[card number removed]".

    Takes time in proportion to the length of the text, and redacting twice is the same as once: it is done until nothing
    changes, and a text of which that is not true after MOST_ROUNDS (one must be made for it) is removed as a whole. What
    is a JSON object or list stays one: a note in the place of a number is put into quotation marks. NOT_CAUGHT lists what
    it does not find. Raises TypeError for what is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text can be redacted, not {type(text).__name__}.")
    found: set[str] = set()
    clean = _without_secrets(text, found)
    if clean != text and _is_json(text):
        clean = STRING_OR_NOTE.sub(lambda match: f'"{match["note"]}"' if match["note"] else match[0], clean)
    return Redacted(clean, tuple(dict.fromkeys(kind.name for kind in KINDS if kind.name in found)))


def redacted(text: str) -> str:
    """The text of `redact(text)`, for `ConversationStore(url, clean=redacted)`."""
    return redact(text).text


MOST_ROUNDS = 8  # what is removed can uncover what stood against it
WHOLE = "[text removed]"


def _without_secrets(text: str, found: set[str]) -> str:
    for _ in range(MOST_ROUNDS):
        before = text
        for kind in KINDS:
            text = kind.removed(text, found)
        if text == before:
            return text
    return WHOLE


STRING_OR_NOTE = re.compile(rf'"(?:[^"\\]|\\.)*+"|-?(?P<note>{NOTE})')


def _is_json(text: str) -> bool:
    """Whether a text is a JSON object or list, such as the arguments of a tool call."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True
