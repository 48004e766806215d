"""Base forms: "planned" is "plan", "cities" is "city". Known words decide; of others the usual endings are taken off."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from mock_model.sentences.lists import pairs_of, words_of
from mock_model.sentences.remembering import remembered

WHOLE = words_of("whole")
IRREGULAR = pairs_of("irregular")  # those that kinds.txt lacks or reads otherwise
ENDINGS = (  # and what may stand in their place; the first known word wins
    ("ies", ("y", "ie")), ("ves", ("ve", "f", "fe")), ("es", ("e", "")), ("s", ("",)),
    ("ying", ("ie", "y")), ("ing", ("e", "")), ("ied", ("y",)), ("ed", ("e", "")), ("er", ("e", "")), ("est", ("e", "")),
)  # fmt: skip


@lru_cache(maxsize=1)
def known() -> tuple[list[str], dict[str, str], dict[str, str]]:
    """kinds.txt: its lines of meanings, the numbers of the meanings of each word, and irregular forms."""
    text = files("mock_model.data").joinpath("kinds.txt").read_text(encoding="utf-8")
    kinds, _, rest = text.partition("\n[words]\n")
    spoken, _, forms = rest.partition("\n[forms]\n")
    return (
        kinds.splitlines()[1:],
        dict(line.split(" ", 1) for line in spoken.splitlines()),
        dict(line.split(" ", 1) for line in forms.splitlines()),
    )


@remembered(2048)
def base(low: str) -> str:
    """The base form of a word in small letters."""
    _, spoken, forms = known()
    if low in IRREGULAR or low in forms:
        return IRREGULAR.get(low) or forms[low]
    if low in WHOLE or len(low) < 4 or not low[-1].isalpha():
        return low
    for ending, instead in ENDINGS:
        if (
            not low.endswith(ending)
            or len(low) - len(ending) < (2 if ending == "ies" else 3)
            or low.endswith(("ss", "us", "is"))
        ):
            continue
        stem = low[: -len(ending)]
        undoubled = (
            [stem[:-1]] if len(stem) > 3 and stem[-1] == stem[-2] and ending in ("ing", "ed", "er", "est") else []
        )
        for candidate in [*(stem + put for put in instead), *undoubled]:
            if candidate in spoken:
                return candidate if ending not in ("er", "est") or low not in spoken else low
        if ending in ("s", "ing", "ed") and low not in spoken and len(stem) > 3:
            return undoubled[0] if undoubled else stem
    return low


def parts_of_speech(word: str) -> str:
    """What a base form can be, by WordNet: "n", "v", "a", or several of them; nothing for a word that it lacks."""
    return known()[1].get(word, "").partition(" ")[0]
