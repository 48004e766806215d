"""What a request for notes tells the model to keep: which values, and whose words. It keeps that, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chat_memory.scoreboard.talk import Planted

from .reading import thing_of
from .wordings import DENIALS, FORMS, INVENTIONS, LOOKUPS

DENIAL, ASSISTANT, TOOL = "denial", "by the assistant", "in a tool result"
KIND_OF = {x: form.value for form in (*FORMS, *INVENTIONS, *LOOKUPS) for x in form.things}
KIND_OF |= {x: DENIAL for form in DENIALS for x in form.things}


def words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.I)


NUMBERS = r"numbers?(?! of (?:words|sentences|tokens|lines))|figures?|values?"
NAMED = {
    "name": words("names?|people|persons?|who"),
    "place": words("places?|locations?|where"),
    "euros": words(f"prices?|costs?|amounts?|money|sums?|budgets?|{NUMBERS}"),
    "day": words("dates?|days?|deadlines?|appointments?|times?"),
    "code": words(f"codes?|passwords?|digits|{NUMBERS}"),
    "reference": words(f"references?|codes?|identifiers?|ids?|{NUMBERS}"),
    DENIAL: words(
        r"not so|not true|(?:is|are|does|do|was|were|has|have) not|(?:is|are|does|do|has|have)n['’]t|never|"
        r"den(?:y|ies|ied|ials?)|negat\w+|refus\w+|reject\w+|rul\w+ out|dislik\w+|decisions?|decided|preferences?"
    ),
}
ALL = words(
    r"facts?|details?|information|everything|specifics?|all (?:that|of it)|whatever|what (?:was|is|has been) (?:said|told)|"
    r"what (?:\w+ ){1,6}?(?:says?|said|states?|stated|tells?|told)"
)
WHOSE = {
    ASSISTANT: words(
        r"assistants?|you(?:rself| yourself)? (?:have )?(?:said|proposed?|suggest(?:ed)?|chosen?|promised|decided)|"
        r"your own|who(?:m)?ever|both|every(?:body|one)|any(?:body|one)|speakers?|sides"
    ),
    TOOL: words(
        r"tools?|look-?ups?|looked up|functions?|results?|who(?:m)?ever|whatever|every(?:body|one)|any(?:body|one)"
    ),
}
THE_USER_ALONE = re.compile(
    r"\b(?:what|whatever|everything|all|only|facts|words|statements)\b[^.;:\n]{0,30}\bthe (?:user|customer)(?! and)\b|"
    r"\bthe user's (?:own )?(?:words|statements|messages|facts)\b",
    re.I,
)
KEPT_ALL_THE_SAME = words(
    r"(?:do not|don['’]t|never|not|without) (?:leav\w+ out|leave|omit\w*|drop\w*|skip\w*|los\w+|forget\w*|ignor\w+|miss\w*)"
)
DROPPING = re.compile(
    r"\b(?:leav\w+ out|leav\w+ away|omit\w*|drop\w*|skip\w*|ignor\w+|without|except|forget\w*|discard\w*|exclud\w+|"
    r"(?:do not|don['’]t|never) (?:include|mention|keep|note|record|list|write down)|nothing (?=that|of|from|about|the\b)|"
    r"(?:no|not) (?=(?:the |any )?(?:names?|numbers?|dates?|places?|codes?|prices?|facts?|details?)\b))"
    r"(?P<what>[^.;:\n]*?)(?=[.;:\n]|$|\b(?:but|keep|retain|note down|include)\b)",
    re.I,
)
LABEL = re.compile(r"^\W*(?:user|assistant|tool|system|human|ai)\b\W*(?:$|:)\W*", re.I | re.M)


@dataclass(frozen=True)
class Kept:
    """What is to be kept: kinds of values, and of whom beside the user."""

    values: frozenset[str]
    speakers: frozenset[str]

    def holds(self, planted: Planted) -> bool:
        """Whether this fact is one of those."""
        whose = {ASSISTANT, TOOL} & {planted.kind}
        return KIND_OF[thing_of(planted.question)] in self.values and whose <= self.speakers


def kept_by(prompt: str) -> Kept:
    """What the words of a prompt tell to keep; no values where they name nothing that could be kept."""
    wanted, dropped = apart(KEPT_ALL_THE_SAME.sub("keep", LABEL.sub("", prompt)))
    values = {kind for kind, named in NAMED.items() if ALL.search(wanted) or named.search(wanted)}
    values -= {kind for kind, named in NAMED.items() if ALL.search(dropped) or named.search(dropped)}
    alone = THE_USER_ALONE.search(wanted)
    speakers = {
        who for who, named in WHOSE.items() if not named.search(dropped) and (not alone or named.search(wanted))
    }
    return Kept(frozenset(values), frozenset(speakers))


def apart(prompt: str) -> tuple[str, str]:
    """What a prompt wants, and what it does not want: of a list behind "leave out" all, where it begins with what is known."""
    dropped: list[str] = []

    def take(found: re.Match[str]) -> str:
        what = found["what"]
        first = re.split(r",", what)[0]
        if any(named.search(first) for named in (*NAMED.values(), *WHOSE.values(), ALL)):
            dropped.append(what)
            return " "
        return what[len(first) :]

    return DROPPING.sub(take, prompt), "\n".join(dropped)
