"""The settings: their names and values, without what does not belong to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

VARIABLES = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "WORKBOOK_OFFLINE",
    "OPENAI_PRICE",
    "OPENAI_REPLY_LIMIT",
)
QUOTES = "\"'`“”‘’„«»"

Setting = tuple[str, str, str]  # a name, a value, and where it stands, in words


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what to write instead."""

    __module__ = "common"  # as a traceback names it: where its reader meets it


def ours(found: Iterable[Setting]) -> dict[str, str]:
    """The settings that we know; a later one wins, a blank one sets nothing."""
    cleaned = ((name, clean(value)) for name, value, _ in found if name in VARIABLES)
    return {name: value for name, value in cleaned if value}


def plain_name(name: str) -> str:
    """A name without what does not belong to it: `export`, `$env:`, quotes, blanks, invisible letters, wide ones."""
    name = re.sub(r"[^ -~]", "", unicodedata.normalize("NFKC", name)).strip().upper()
    name = re.sub(r"^(EXPORT|SET|ENV|DECLARE -X)\s+", "", name).strip(QUOTES + " ")
    return re.sub(r"^\$\{?(ENV:)?", "", name).strip(QUOTES + "} ")


def clean(value: str) -> str:
    """A value without what one does not see, and without blanks and quotes around it, also those of a word processor."""
    value = "".join(letter for letter in value if unicodedata.category(letter) != "Cf")
    value = unicodedata.normalize("NFKC", value).strip()
    quoted = len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES
    return value[1:-1].strip() if quoted else value


def shown(value: str) -> str:
    """A value for an error message, without what may be a secret: people paste keys into the wrong line."""
    return repr(re.sub(r"[\w-]{20,}|(?<=//)[^/]*@|(?<=\w=)[^&#\s]+", "…", value))
