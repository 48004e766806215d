"""Names that nothing reads, and that were surely meant to be one of ours: OPENAI_KEY, or AZURE_OPENAI_ENDPOINT."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from .variables import VARIABLES, Setting, SettingsError, clean, plain_name, shown

ELSEWHERE = {  # what others call it
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_ENDPOINT": "OPENAI_BASE_URL",
    "AZURE_OPENAI_ENDPOINT": "OPENAI_BASE_URL",
    "AZURE_OPENAI_DEPLOYMENT": "OPENAI_MODEL",
}
OF_OTHERS = {f"OPENAI_{name}" for name in ("ORG_ID", "ORGANIZATION", "PROJECT", "PROJECT_ID", "LOG", "ADMIN_KEY")}
OF_OTHERS |= {"OPENAI_API_TYPE", "OPENAI_API_VERSION", "OPENAI_WEBHOOK_SECRET"}
NEAR = 0.8  # of 1: as alike as OPENAI_KEY and OPENAI_API_KEY are, or more
LAST_WORDS = {
    "OPENAI_API_KEY": "KEY APIKEY TOKEN SECRET",
    "OPENAI_BASE_URL": "URL URI HOST ENDPOINT BASE SERVER ADDRESS BASEURL",
    "OPENAI_MODEL": "MODEL DEPLOYMENT",
    "WORKBOOK_OFFLINE": "OFFLINE",
}
OF_MODELS = {"OPENAI", "OLLAMA", "LLM", "GPT", "CHATGPT", "AI", "OPEN", "WORKBOOK"}  # words that go before them
OUTSIDE = "The environment"


def refuse_near_names(found: Iterable[Setting], missing: set[str]) -> None:
    """Raise SettingsError for a name that nothing reads, and that was surely meant to be one of ours that is missing."""
    for name, value, place in found:
        meant = _meant(name, value, place == OUTSIDE)
        if meant in missing and clean(value):
            azure = "AZURE" in name.upper()
            example = "=https://NAME.openai.azure.com/openai/v1/" if azure and meant == "OPENAI_BASE_URL" else "=…"
            typed = name.strip() if re.fullmatch(r"[^\W\d]+", name.strip()) else shown(name)[1:-1]
            looks = "" if name.isascii() else " (one of its letters only looks the same)"
            raise SettingsError(
                f"{place} sets {typed}, which nothing reads{looks}. Did you mean {meant}? Write {meant}{example} in its place, "
                "or take it out. (WORKBOOK_OFFLINE=1 chooses the offline model.)"
            )


def _meant(name: str, value: str, outside: bool) -> str | None:
    """Which of our names was surely meant by another one that nothing reads."""
    plain = plain_name(name)
    letters = re.sub(r"[^A-Z]", "", plain)
    if plain in (*VARIABLES, *OF_OTHERS) or plain in ELSEWHERE:
        return ELSEWHERE.get(plain)
    if not outside and (own := _by_its_last_word(plain)):
        return own
    likeness = {ours: _likeness(letters, ours.replace("_", "")) for ours in VARIABLES}
    nearest = max(likeness, key=likeness.__getitem__)
    if likeness[nearest] >= NEAR:
        return nearest
    return "OPENAI_API_KEY" if re.match("sk-(?!ant-)", clean(value)) else None


def _by_its_last_word(plain: str) -> str | None:
    """What is meant by MODEL, API_KEY, BASE_URL, OPENAI_HOST, OLLAMA_MODEL … in a file that is ours alone."""
    *before, last = re.split(r"[-_.]+", plain.removesuffix("_NAME"))
    alone = not before and last in ("MODEL", "KEY", "APIKEY", "BASEURL", "OFFLINE")
    known = before and (OF_MODELS | {"API", "BASE", "DEFAULT", "CHAT", "USE", "MODEL"}).issuperset(before)
    return next((ours for ours, words in LAST_WORDS.items() if (alone or known) and last in words.split()), None)


def _likeness(letters: str, ours: str) -> float:
    around = letters.startswith(ours) or letters.endswith(ours)  # MY_OPENAI_API_KEY
    return 1.0 if around else SequenceMatcher(None, letters, ours).ratio()


def is_of_others(name: str) -> bool:
    """Whether a name in the environment can be that of another program: such as AZURE_OPENAI_API_KEY, or SOME_KEY."""
    plain = plain_name(name)
    letters, ours = re.sub(r"[^A-Z]", "", plain), [variable.replace("_", "") for variable in VARIABLES]
    longer = any(len(letters) > len(own) + 1 and (letters.startswith(own) or letters.endswith(own)) for own in ours)
    return longer or plain in ELSEWHERE or not letters.startswith(("OPEN", "WORKBOOK"))
