"""A text as words that can be compared: dates, times, numbers and codes in one form, however they are written."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..search import terms

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = (
    r"\b(?P<month>(?i:january|february|april|june|july|august|september|october|november|december"
    r"|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec)|[Mm]arch|[Mm]ar|May)\b\.?"  # "may" is a verb
)
_DAY = r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_DATES = (
    re.compile(rf"{_DAY}[ -]+(?:day )?(?:of )?{_MONTH}"),
    re.compile(rf"{_MONTH}[ -]+{_DAY}(?![\d:]|[.,]\d)"),
    re.compile(r"\b\d{4}-(?P<month>\d\d)-(?P<day>\d\d)\b"),
)
_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d\d))?(?: ?h\b)? ?(?:(a|p)\.? ?m\b\.?)?", re.IGNORECASE)
_MONEY = r"(?:€|\$|£|\b(?:euros?|eur|usd|dollars?|gbp|pounds?|chf|francs?)\b)"
_NUMBER = r"\d{1,3}(?:[.  ]\d{3})+(?:,\d\d)?(?![\d.,]*\d)"
_GROUPED = re.compile(
    rf"{_MONEY} ?({_NUMBER})|(?<![\d.,])({_NUMBER})(?= ?{_MONEY})", re.IGNORECASE
)  # 1.250 or 1 250 euros
_COMMAS = re.compile(r"(?<=\d)[,'’\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_NOTHING_BEHIND = re.compile(r"(?<=\d)\.0+\b(?![:.]\d)|(?<=\d),00\b(?!,)")
_UNIT = re.compile(r"(?<=\d)(?=(?:mg|g|kg|ml|l|km|m|cm|eur|euros?|usd|chf|k|h|min)\b)", re.IGNORECASE)
_CURRENCY = re.compile(r"\b(eur|usd|chf|gbp)(?=\d)", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_WORD = re.compile(r"[a-z]+-\d[\w-]*|\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\W_]+")
_CODE = re.compile(r"([A-Za-z]{1,4})-(\d+)")
_SHORT = {"rd": "road", "st": "street", "ave": "avenue", "ln": "lane", "sq": "square", "ct": "court"}


@lru_cache(maxsize=4096)
def words(text: str) -> list[str]:
    """The words, numbers, dates ("7/3" for 3 July) and times of a text, without case, endings of ordinals and possession."""
    for date in _DATES:
        text = date.sub(lambda found: f" {_month(found['month'])}/{int(found['day'])} ", text)
    text = _GROUPED.sub(lambda found: re.sub(r"[.  ]", "", (found[1] or found[2]).partition(",")[0]) + " ", text)
    text = _CURRENCY.sub(r"\1 ", _UNIT.sub(" ", _COMMAS.sub("", text)))
    text = _TIME.sub(_of_the_day, text)
    plain = _ORDINAL.sub("", terms.folded(_NOTHING_BEHIND.sub("", text)).casefold())
    return [_bare(word) for word in _WORD.findall(plain)]


def places(said: Sequence[str], value: str) -> Iterator[tuple[int, int]]:
    """Where a value stands among words, as a place and the one behind it: in one of the ways to write it.

    "glassblower" is also "glass blower" and "glass-blower"; "13 Foundry Road" also "Foundry Road 13"; "PB-752" also "PB 752".
    """
    for wanted in _forms(value):
        whole = "".join(wanted)
        for start in range(len(said)):
            stop, joined = start, ""
            while stop < len(said) and len(joined) < len(whole):
                joined, stop = joined + said[stop], stop + 1
            is_same = list(said[start:stop]) == list(wanted) or (joined == whole and not any(map(str.isdigit, whole)))
            if wanted and is_same:
                yield start, stop


@lru_cache(maxsize=4096)
def _forms(value: str) -> tuple[tuple[str, ...], ...]:
    """The words of a value, and of the other ways to write it."""
    written = tuple(words(value))
    forms = [written]
    if code := _CODE.fullmatch(value):
        forms += [(code[1].casefold(), code[2]), ((code[1] + code[2]).casefold(),)]
    if len(written) > 1 and written[0].isdigit() and all(map(str.isalpha, written[1:])):
        forms.append((*written[1:], written[0]))
    if re.fullmatch(r"\d\d?:\d\d", written[0] if len(written) == 1 else ""):
        forms.append((written[0].replace(":", "."),))
    return tuple(forms)


def _month(name: str) -> int:
    return (
        int(name)
        if name.isdigit()
        else 1 + next(at for at, each in enumerate(_MONTHS) if each.startswith(name.casefold()[:3]))
    )


def _of_the_day(found: re.Match[str]) -> str:
    """A time as hours to 24 and minutes; what is none stays as it is."""
    hour, minute, half = found[1], found[2] or "00", (found[3] or "").casefold()
    is_time = half or (found[2] and re.search("[:h]", found[0], re.IGNORECASE))
    if not is_time or int(hour) > (12 if half else 23) or int(minute) > 59:
        return found[0]
    late = {"p": int(hour) % 12 + 12, "a": int(hour) % 12}.get(half, int(hour))
    return f"{late}:{minute} "


def _bare(word: str) -> str:
    """A word without the 's of possession and without hyphens, in full where it is a kind of street."""
    if word[0].isdigit() or any(map(str.isdigit, word)):
        return word
    word = re.sub(r"(?<=[^\W_])['’]s?$", "", word.replace("-", "")) if not word.endswith("n't") else word
    return _SHORT.get(word, word)
