"""Retelling: what somebody said, told to a third as a whole sentence.

"I live in Rome", read as "you live in Rome", is told as "The user lives in Rome."; so is "Rome.", said to "Where do you
live?". Orders are told as such: "The user asked the assistant to book a table."
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mock_model import lexicon as lx
from mock_model.language import Word, as_sentence, is_verb, sentences, words
from mock_model.phrases import is_name
from mock_model.transcript import text_of
from mock_model.wording import LEAD

# ---- short answers ----

NOT_NOUN = r"(?! (?:do|does|did|is|are|was|were|has|have|will|would|should|can)\b)"
ASKING = re.compile(  # "How many guests do you expect?"
    r"(?:.*[,.!] )?(?P<wh>what|which|where|when|who|how (?:many|much|long|often|old|far|big|tall|heavy))"
    rf"(?P<noun>(?:{NOT_NOUN} \w+){{0,3}}) (?P<aux>do|does|did|is|are|was|were|have|has|will|would|should|can)"
    r" (?P<rest>[^?:]+)\?$",
    re.I,
)
CONFIRMING = re.compile(  # "Do you have pets?"
    r"(?:.*[,.!] )?(?P<aux>do|did|are|have|can|will|would) you (?:already |ever )?(?P<rest>[^?]+)\?$", re.I
)
NAMING = re.compile(r"(?:.*[,.!] )?(?:and )?(?:which|what|the|your) (?P<noun>\w+(?: \w+)?)\?$", re.I)  # "Which line?"
SWAPPED = {
    "user": {"you": "I", "your": "my", "yours": "mine", "yourself": "myself"},
    "assistant": {"i": "you", "my": "your", "mine": "yours", "me": "you"},
}
UNNAMED = frozenset("time day date year month kind sort city country name of".split())  # not "the city Rome"
AT_THE_END = frozenset(("where", "when", "how long", "how often", "how far"))
AFTER_BE = re.compile(r"(?:called|named|due|from|\w+ed|born|held|for)$")
COUNTED = re.compile(rf"(?:(?P<a>an? \S.*)|\d+|{'|'.join(lx.NUMBER_WORDS)})$", re.I)
NO_ACT = frozenset("called named based born located".split())  # verbs that a short answer may have


def completed(messages: Sequence[dict]) -> list[dict]:
    """The messages, with answers of a few words as sentences: "Where do you live?" "Leeds." says "I live in Leeds."."""
    found: list[dict] = []
    asked, asker = "", ""
    for message in messages:
        text, role = text_of(message), message["role"]
        first, *others = sentences(text) or [""]
        short = len(first.split()) < 9 and not any(is_verb(w) and w.low not in NO_ACT for w in words(first))
        if asked and short and role in SWAPPED and asker != role:
            text = "\n".join([_full(asked, first, role) or first, *others])
        found.append({"role": role, "content": text})
        last = (sentences(text) or [""])[-1]
        asked, asker = last if last.endswith("?") and len(last) < 300 else "", role
    return found


def _full(question: str, answer: str, role: str) -> str:
    """An answer of a few words as a sentence in the voice of who answers, or nothing."""
    question = re.sub(r"\b(what|where|when|who)['’]s\b", r"\1 is", question, flags=re.I)
    said = LEAD.sub("", answer, count=1).strip(" .!,")
    if said and words(said)[0].low in lx.SMALL | set(lx.NUMBER_WORDS):
        said = said[0].lower() + said[1:]
    open_, closed, naming = ASKING.match(question), CONFIRMING.match(question), NAMING.match(question)
    if ":" in said or not (open_ or closed or naming):
        return ""
    if open_ and said:
        order = _answering(
            open_["wh"].lower(), open_["noun"].strip(), open_["aux"].lower(), open_["rest"].split(), said
        )
    elif closed and role == "user":
        no = re.match(r"no(?:pe)?\b", answer, re.I)
        aux = "" if closed["aux"].lower() == "do" and not no else closed["aux"].lower()
        rest = closed["rest"] if no else re.sub(r"\bany ", "", closed["rest"])
        counted = COUNTED.match(said) and re.match(r"have (?:an? )?(?P<noun>[\w ]+)$", rest)
        if counted:  # "Yes, two." and "Yes, a parrot."
            rest, said = f"have {said} {'' if COUNTED.match(said)['a'] else counted['noun']}", ""
        order = ["you", *aux.split(), *["not"] * bool(no), *rest.split()]
        order[-1] += f", {said}" if said else ""
    else:
        bare = re.sub(rf"^{naming['noun']} ", "", said, flags=re.I) if naming else ""
        order = ["the", naming["noun"], "is", bare] if bare else []
    told = " ".join(SWAPPED[role].get(w.lower(), w) for w in order)
    return as_sentence(re.sub(r"\bI are\b", "I am", told))


def _answering(wh: str, noun: str, aux: str, rest: list[str], said: str) -> list[str]:
    """The words of a question in the order of its answer, the answer in its place; none where that is not known."""
    first, last = said.split()[0].lower(), words(said)[-1]
    if wh == "where" and first not in lx.PREPOSITIONS:
        said = f"{'at' if said[0].isdigit() else 'in'} {said}"
    if wh == "how long" and aux not in ("is", "was") and first not in lx.PREPOSITIONS:
        said = f"for {said}"
    if wh == "how old" and said.isalnum():
        said += " years old"
    if wh == "how many" and (last.low in lx.NUMBER_WORDS or last.low.isdigit()):
        said += f" {noun}"
    elif noun and wh in ("what", "which") and noun.lower().split()[-1] not in UNNAMED and first not in lx.SMALL:
        said = f"the {noun} {said}"
    if aux in ("is", "are", "was", "were"):
        if wh in ("how many", "which") and noun:
            return [said, aux, *rest]
        cut = len(rest) - 1 if len(rest) > 1 and AFTER_BE.match(rest[-1]) else len(rest)
        thing = rest[0].lower() in lx.DETERMINERS | set(lx.POSSESSIVES) | lx.PRONOUNS or rest[0][0].isupper()
        return [*rest[:cut], aux, *rest[cut:], said] if thing else []
    helper = [] if aux in ("do", "does") else [aux]
    if not any(is_verb(words(w)[0]) for w in rest[1:]):
        return [said, *helper, *rest] if noun else []
    verb = next(n for n, w in enumerate(rest) if n and is_verb(words(w)[0]))
    if wh in AT_THE_END or not noun:
        return [*rest[:verb], *helper, *rest[verb:], said]
    return [*rest[:verb], *helper, *rest[verb : verb + 1], said, *rest[verb + 1 :]]


# ---- in the third person ----

OTHERS = {
    "i": "the assistant",
    "me": "the assistant",
    "my": "the assistant's",
    "mine": "the assistant's",
    "myself": "itself",
}
FORMS = {"are": "is", "am": "is", "were": "was", "have": "has", "do": "does"}
ADVERBS = frozenset(
    """also really now still never always just recently usually often only both not no longer currently already
    sometimes""".split()
)
SAME_IN_PAST = frozenset("put cut hit quit set let shut split bet hurt cost spread".split())
BEFORE_SUBJECT = frozenset(
    "if because when that while think thinks said say says hope hopes and but so as than what where how why".split()
)
LETTING = frozenset("let help make see watch".split())  # "help you plan"
ORDERING = lx.VERBS | frozenset(
    """try use ask tell add check email note remind give show let meet pay translate compare bill explain help plan
    call send find write avoid keep""".split()
)
ORDER = re.compile(
    r"(?P<always>from now on|always|every time)?[\s,]*(?P<please>please|kindly)?[\s,]*(?:just|now|then)?[\s,]*"
    r"(?P<not>(?:do not|never) )?(?P<rest>\w.*)",
    re.I,
)
THANKS = re.compile(r",? (?:thanks|thank you|please|okay|ok|then|anyway)$", re.I)


@lru_cache(maxsize=2048)
def in_third_person(clause: tuple[Word, ...], role: str, user: str = "the user") -> str:
    """A clause in the model's voice, told to a third: "you live" is "the user lives", "your dog" is "the user's dog".

    role is who said it; user is what the user is called in it.
    """
    names = {**OTHERS, "you": user, "your": f"{user}'s", "yours": f"{user}'s", "yourself": "themselves"}
    found: list[str] = []
    acting = False  # whether the next verb is what the user or the assistant does
    for index, word in enumerate(clause):
        text = names.get(word.low)
        if text is None:
            text = _third_form(word) if acting else word.text
        if word.low in ("you", "i"):
            acting = not index or _begins_clause(clause[index - 1])
        elif word.low not in ADVERBS and not word.low.endswith("ly"):
            acting = False
        found.append(text if word.glued or not found else " " + text)
    told = re.sub(r"\b([a-z]+s)'s\b", r"\1'", "".join(found)).replace("can not", "cannot")
    return whole(_as_order(THANKS.sub("", told), role, user))


def whole(text: str) -> str:
    """Text as a sentence, with a full stop after a bracket or a quotation too."""
    told = as_sentence(text)
    return told if told.endswith((".", "!", "?", "…")) else f"{told}."


def _begins_clause(before: Word) -> bool:
    """Whether "you" after this word is who does something, not to whom it is done."""
    if before.low in BEFORE_SUBJECT or before.text in ",;:":
        return True
    return not (before.low in lx.PREPOSITIONS or before.low in LETTING or is_verb(before))


def _as_order(told: str, role: str, user: str) -> str:
    """An order as such: "Book a table" is "the user asked the assistant to book a table"; other clauses as they are."""
    asked = {"user": f"{user} asked the assistant", "assistant": f"the assistant advised {user}"}.get(role)
    decided = re.match(rf"let (?:{user}|us) (.+)$", told, re.I)
    if decided and asked:
        return f"{user} decided to {decided[1]}" if role == "user" else f"{asked} to {decided[1]}"
    order = ORDER.match(told)
    spoken = words(order["rest"]) if order else []
    if not asked or len(spoken) < 2 or spoken[0].low in lx.AUXILIARIES:
        return told
    stated = any(is_verb(w) and (w.low in lx.AUXILIARIES or w.low.endswith(("s", "ed"))) for w in spoken[1:4])
    if not order["please"] and (stated or spoken[0].low not in ORDERING):
        return told
    rest = order["rest"][0].lower() + order["rest"][1:]
    return f"{asked} {'not ' if order['not'] else ''}to {'always ' if order['always'] else ''}{rest}"


def _third_form(word: Word) -> str:
    """The third-person form of a plain verb: "live" is "lives"; past forms and helpers stay."""
    low = word.low
    if low in FORMS:
        return FORMS[low]
    third = low.endswith("s") and not low.endswith("ss") and is_verb(word)
    past = lx.IRREGULAR.get(low, low) != low or (low.endswith("ed") and low not in lx.VERBS) or low in SAME_IN_PAST
    small = low in lx.AUXILIARIES | ADVERBS | lx.PREPOSITIONS | lx.CONJUNCTIONS
    if third or past or small or not low.isalpha():
        return word.text
    if low.endswith("y") and low[-2:-1] not in tuple("aeiou"):
        return word.text[:-1] + "ies"
    return word.text + ("es" if low.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


GREETINGS = {"noted", "hello", "hi", "thanks", "sorry", "unknown"}


def inside(text: str) -> str:
    """A told sentence as it stands after a semicolon: without its capital, unless that is a name's."""
    first, *rest = words(text)
    several = rest and first.low.endswith("s") and is_verb(rest[0]) and not rest[0].low.endswith("s")  # "Flights cost"
    named = is_name(first, True) and not several and first.low not in lx.MOMENTS and first.low not in GREETINGS
    place = lx.KIND_OF.get(first.low, set()) & {"country", "city", "continent"}
    return text if named or place or first.low == "i" else text[0].lower() + text[1:]
