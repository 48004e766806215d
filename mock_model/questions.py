"""What is asked: the questions of a message, each with its kind of answer and the words that a statement must have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from mock_model import lexicon as lx
from mock_model.clauses import QUESTION_START, clauses, is_question
from mock_model.language import Word, Worded, is_verb, join, senses, sentences, words
from mock_model.phrases import Topics, is_name, resolve, with_owners
from mock_model.values import TIMES, values
from mock_model.voice import in_own_voice
from mock_model.wording import named


@dataclass(frozen=True)
class Question(Worded):
    """One question: the kind of answer it wants and the words it is about."""

    kind: str  # name, who, when, where, why, count, amount, age, measure, duration, what, yes/no, about
    terms: tuple[Word, ...]  # a statement that answers has all of these
    soft: frozenset[str]  # words that only say which answer is wanted: "name", "kind", "job"
    sort: str = ""  # after "what" or "which": the noun that names the kind of answer
    said_by: str = ""  # "user" in "what did I say", "assistant" in "what did you recommend"
    advice: bool = False  # it asks for what the model recommended
    past: bool = False
    either: bool = False  # "tea or coffee"
    words: tuple[Word, ...] = ()

    @cached_property
    def meanings(self) -> dict[Word, frozenset[str]]:
        """The lemma and the senses of each of its terms."""
        known = dict(zip(self.words, senses(self.words), strict=True))
        return {term: known.get(term, frozenset()) | {term.lemma} for term in self.terms}

    @cached_property
    def weights(self) -> dict[Word, int]:
        """How much each of its terms counts, the heaviest first; "you" counts 0: it only says whom it is about."""
        found = {}
        for term in self.terms:
            sort = term.lemma == self.sort and self.kind != "count"
            counts = 0 if term.low == "you" else 1 if sort else _weight(term)
            if counts == 1 and not sort and self.kind not in TYPED and term.low not in lx.ORDER:
                counts = 2  # a verb, where no kind of value tells what is asked for
            found[term] = counts
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @cached_property
    def opposites(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """Words of it that have opposites, with these."""
        return [(group & self.said, group - self.said) for group in lx.OPPOSITES if group & self.said]

    @cached_property
    def to_user(self) -> bool:
        """Whether "you" suffers what is asked about: "what gives you a rash", "who reports to you"."""
        pairs = pairwise(self.words)
        return any(
            b.low == "you" and (a.low in lx.PREPOSITIONS or (is_verb(a) and a.low not in lx.AUXILIARIES))
            for a, b in pairs
        )

    @cached_property
    def ending(self) -> str:
        """The preposition at its end: "about" in "what is my novel about"."""
        last = self.words[-1].low
        return last if last in lx.PREPOSITIONS else ""

    @cached_property
    def original(self) -> bool:
        """Whether it asks for what was said at first."""
        return bool(ORIGINAL.search(join(self.words)))

    @cached_property
    def negated(self) -> bool:
        return bool(self.said & {"not", "never"})

    @cached_property
    def reach(self) -> frozenset[str]:
        """All by which one of its terms can be found in a statement."""
        return frozenset().union(*(self.meanings[t] for t in self.terms if t.low != "you"))

    @cached_property
    def loose(self) -> bool:
        """Whether a statement without any of its terms may answer it: it has none, asks for advice or names a kind."""
        return not self.reach or self.advice or any(t.lemma in lx.KINDS for t in self.terms)


TYPED = frozenset("when where clock day count amount measure duration age why name job colour often".split())
FILLERS = "and|so|ok|okay|oh|hey|hi|hello|well|also|now|by the way|btw|then|please|sorry|wait|right|cool|great|thanks"
WRAPPER = re.compile(
    r"^(?:"
    # do you remember …, can you remind me …
    r"(?:do|did|can|could|would|will) you (?:still |happen to |please |maybe |just |kindly |actually )*"
    r"(?:remember|know|recall|remind me|tell me|repeat|say|confirm|give me|list|check|look up|let me know|mind telling me"
    r"|mind reminding me|help me remember)"
    # remind me …, tell me …
    r"|(?:please |just )*(?:remind me|tell me|recall|let me know|repeat|confirm|give me|list|state|name)"
    r"(?: again| once more| please)?"
    # I forgot …, any idea …, I was wondering …
    r"|i(?:'ve| have)? (?:forgot|forgotten|forget)|i (?:can'?t|cannot|don'?t) (?:remember|recall|know)"
    r"|(?:any|have you an?|got any) (?:idea|clue)|i(?:'d| would) like to know|i(?: was|'m| am)? wonder(?:ing)?|i need to know"
    r"|i wanted to ask|quick question|question|what was it again|(?:just )?(?:to )?(?:double[- ]check(?:ing)?|check(?:ing)?)"
    # out of curiosity …, based on what I told you …
    r"|out of curiosity|based on (?:what i told you|our conversation|the above|this)"
    r"|(?:from|according to) (?:what i (?:said|told you)|our (?:chat|conversation)|the summary|my messages|earlier)|earlier"
    rf"|(?:(?:{FILLERS}|one more thing|remind me again|for reference) )+"
    r")(?:\b|(?<=\s))[\s,:;–—-]*(?:again[\s,]+)?(?:of |about |that |me |please |if i (?:told|mentioned to) you )*[\s,:]*",
    re.IGNORECASE,
)
TASK = re.compile(
    r"(?:(?:can|could|would|will) you |please |just )*remind me(?: to\b|:)", re.IGNORECASE
)  # asks for no answer
POLITE = re.compile(rf"(?:{FILLERS}|\s)+\W*$", re.IGNORECASE)
SAID = re.compile(
    r"\b(?:did|have|had) (i|you) (?:already |ever |just )?(?:(?:tell|told|give|given|warn|recommend|suggest)(?: you| me)?"
    r"|say|said|mention|mentioned|recommended|suggested|advise|advised|propose|proposed|call)\b(?: (?:about|that|to))?"
    r"|\b(i|you) (?:just |already |originally )?(?:(?:told|gave|recommended|suggested|advised)(?: you| me)?|said|mentioned)\b"
    r"(?: (?:about|that))?|\b(?:did|have) (i) (?:name|named|list|listed)\b",
    re.IGNORECASE,
)
ADVICE = re.compile(r"recommend|suggest|advise|propose|should", re.IGNORECASE)
IDLE = re.compile(
    r"\b(?:these days|at the moment|right now|in the end|so far|by the way|at present|if (?:i|you) may ask|in total|for me"
    r"|to me|this time|at all|after all|according to (?:you|me)|as of now|on file|again)\b",
    re.IGNORECASE,
)
JOB = re.compile(
    r"\bwhat (?:do|does|did) (?:\S+ ){1,4}do\b(?: (?:for (?:a living|work)|professionally))?[?. ]*$|\bfor a living\b",
    re.I,
)
PAST = frozenset("did was were used originally previously before old".split())

# What "how …", "which …" and some nouns ask for.
HOW = {"many": "count", "much": "amount", "expensive": "amount", "old": "age", "long": "duration", "often": "often",
       "late": "when", "soon": "when", "early": "when"}  # fmt: skip
HOW |= dict.fromkeys("far tall big heavy fast high large wide deep hot cold".split(), "measure")
SORT = {"time": "clock", "day": "day", "weekday": "day", "name": "name", "call": "name", "age": "age", "reason": "why",
        "person": "who", "cost": "amount", "amount": "amount", "price": "amount", "colour": "colour"}  # fmt: skip
SORT |= dict.fromkeys("date month year season".split(), "when")
SORT |= dict.fromkeys("city town country place".split(), "where")
SORT |= dict.fromkeys("temperature length weight big size dose width".split(), "measure")
NOUN = {"budget": "amount", "cost": "amount", "rent": "amount", "salary": "amount", "deadline": "when", "birth": "when",
        "date": "when", "colour": "colour", "age": "age", "weight": "measure", "height": "measure", "temperature": "measure",
        "job": "job"}  # fmt: skip
# Words that only say which answer is wanted; a statement need not have them.
SOFT = frozenset(
    """name call kind type sort breed brand model make species job be have do get again exactly please much many long old thing
    something anything anyone somebody someone special particular favour total there currently now best most exact""".split()
)
ORIGINAL = re.compile(
    r"\b(?:originally|at first|initially|first of all|before)$|\b(?:originally|initially|at first)\b", re.IGNORECASE
)
NAME_PARTS = frozenset("full first middle last real actual whole".split())
BARE_NOUNS = frozenset("time drink name work street".split())  # nouns that look like verbs


def questions(text: str, topics: Topics) -> list[Question]:
    """The questions in a user's message, in order; topics is what "it" and "she" stand for before it."""
    return list(_questions(text, topics))


@lru_cache(maxsize=1024)
def _questions(text: str, topics: Topics) -> tuple[Question, ...]:
    return tuple(_analyse(piece, topics) for sentence in sentences(text) for piece in _asking(sentence))


def _asking(sentence: str) -> Iterator[list[Word]]:
    """The clause of a sentence that asks, in the model's voice; nothing where the sentence tells."""
    bare, wrapped = _unwrap(sentence)
    if not (wrapped or is_question(sentence)):
        return
    spoken = in_own_voice(words(bare), "user", about_user=True)
    pieces = clauses(spoken)
    asking = [p for p in pieces if QUESTION_START.match(join(p).strip(" ,;"))]
    piece = [w for w in (asking[-1] if asking and len(pieces) > 1 else spoken) if w.text not in '?!.,;:"“”…']
    if piece:
        yield piece


def _unwrap(sentence: str) -> tuple[str, bool]:
    """A question without its wrapping, and whether it had one: "Can you remind me what my dog is called?" asks "what my …"."""
    wrapped, bare = False, sentence.strip()
    while True:
        match = WRAPPER.match(bare)
        if not match or not match.group().strip() or TASK.match(bare) or not bare[match.end() :].strip(" ?.!"):
            return bare, wrapped
        wrapped = wrapped or not POLITE.match(match.group())
        bare = bare[match.end() :].strip()


def _analyse(piece: list[Word], topics: Topics) -> Question:
    """What a question wants, and the words it is about."""
    piece = _without(
        IDLE, named([*resolve(piece, topics), *words("x y")])[:-2]
    )  # two words after "name", as a fact has
    said = SAID.search(join(piece))
    said_by, advice = "", False
    if said:
        said_by = "user" if "you" in {(group or "").lower() for group in said.groups()} else "assistant"
        advice = bool(ADVICE.search(join(piece)))
        piece = _without(SAID, piece)
    piece = with_owners(_had_by_user(piece))
    kind, sort, used = _kind(piece)
    terms, soft = _terms(piece, kind, used)
    low = {w.low for w in piece}
    return Question(kind, terms, soft, sort, said_by, advice, bool(low & PAST), "or" in low, tuple(piece))


def _without(pattern: re.Pattern, piece: list[Word]) -> list[Word]:
    """The words that are left without the first match of a pattern."""
    text = join(piece)
    shorter = pattern.sub(" ", text, count=1 if pattern is SAID else 0)
    return piece if shorter == text else [w for w in words(shorter) if w.text not in ",."]


def _terms(piece: Sequence[Word], kind: str, used: set[int]) -> tuple[tuple[Word, ...], frozenset[str]]:
    """The words that a statement must have, and those that only say which answer is wanted."""
    terms: list[Word] = []
    soft: set[str] = set()
    for index, word in enumerate(piece):
        if index in used:
            continue
        if word.low == "you":
            terms.append(word)
        elif word.low in lx.SMALL or not (word.text[0].isalnum() or word.text[0] in "$€£#+"):
            continue
        elif word.lemma in SOFT or (kind == "name" and word.low in NAME_PARTS):
            soft.add(word.lemma)
            if word.owner in ("he", "she", "it", "they"):
                terms += words(word.owner)  # "their names", and nobody knows whose
            elif word.owner == "i" or (word.owner == "you" and not any(t.low == "you" for t in terms)):
                terms += words("I" if word.owner == "i" else "you")
        else:
            terms.append(word)
    if not soft and all(t.low == "you" for t in terms):
        terms += [w for i, w in enumerate(piece) if i not in used and w.lemma in ("go", "come")]  # "where am I going"
    return tuple(terms), frozenset(soft)


def _had_by_user(piece: list[Word]) -> list[Word]:
    """ "How many cats do you have" asks for "your cats"."""
    low = [w.low for w in piece]
    for index, word in enumerate(low):
        if word not in ("have", "own", "got", "keep") or index < 2 or "you" not in low[:index]:
            continue
        if low[index + 1 : index + 2] == ["to"] or any(is_verb(w) for w in piece[index + 1 : index + 2]):
            continue
        you = low.index("you")
        if low[you - 1] in ("do", "did", "have", "does", "had"):
            rest = [w for i, w in enumerate(piece) if i not in (you, index)]
            noun = next((i for i, w in enumerate(rest) if w.low not in lx.SMALL), None)
            if noun is not None:
                return [*rest[:noun], *words("your"), *rest[noun:]]
    return piece


def _kind(piece: Sequence[Word]) -> tuple[str, str, set[int]]:
    """The kind of answer, the noun after "which", and the places of the words that say so."""
    low = [w.low for w in piece]
    if JOB.search(" ".join(low)):
        return "job", "", {i for i, w in enumerate(low) if w in ("living", "do", "work", "professionally")}
    first = next((i for i, w in enumerate(low[:4]) if w in lx.WH), None)
    if first is None:
        if low[0] in lx.AUXILIARIES | {"if", "whether"}:
            return "yes/no", "", set()
        return ("name" if {"name", "names"} & set(low) else _by_noun(piece)), "", set()
    wh, after = low[first], low[first + 1] if first + 1 < len(low) else ""
    if wh == "how":
        return _how(piece, first)
    if wh in ("who", "whom", "whose"):
        only_user = not any(w not in lx.SMALL for w in low) and "you" in low
        return "name" if only_user else "who", "", {first}
    if wh in ("when", "where", "why"):
        return wh, "", {first}
    if after in BARE_NOUNS or after in SORT or (after and after not in lx.SMALL and not is_verb(piece[first + 1])):
        return _which(piece, first)
    if {"called", "named", "call", "name", "names"} & set(low):
        return "name", "", {first}
    return _by_noun(piece), "", {first}


def _how(piece: Sequence[Word], at: int) -> tuple[str, str, set[int]]:
    """ "How many cats" counts, "how much water" measures, "how" alone asks for anything."""
    after, noun = (piece[at + 1].low if at + 1 < len(piece) else ""), piece[at + 2] if at + 2 < len(piece) else None
    if after not in HOW:
        return "how", "", {at}
    if after == "much" and noun and noun.low not in lx.SMALL and not is_verb(noun):
        return "measure", "", {at, at + 1}
    used = {at} if HOW[after] == "measure" else {at, at + 1}  # "tall" is a word to find, "many" is not
    return HOW[after], noun.lemma if after == "many" and noun else "", used


def _which(piece: Sequence[Word], at: int) -> tuple[str, str, set[int]]:
    """ "Which operating system …": the sort is "system"; "what kind of music": the sort is "music"."""
    low = [w.low for w in piece]
    used, noun = {at}, at + 1
    if piece[noun].lemma in lx.SORTS and low[noun + 1 : noun + 2] == ["of"] and noun + 2 < len(piece):
        used, noun = used | {noun}, noun + 2
    while (
        noun + 2 < len(piece)
        and low[noun + 1] not in lx.SMALL
        and not piece[noun + 1].owner
        and not low[noun + 1].endswith("s")
        and (not is_verb(piece[noun + 1]) or low[noun + 2] in lx.AUXILIARIES)
    ):
        noun += 1
    used |= set(range(at + 1, noun)) if noun == at + 1 or low[noun - 1] != "of" else set()
    sort = piece[noun].lemma
    kind = SORT.get(sort, "what")
    told_by_kind = kind not in ("what", "name", "who", "why") and sort != "place"
    return kind, sort, used | {noun} if told_by_kind or sort in lx.SORTS else used


def _by_noun(piece: Sequence[Word]) -> str:
    """The kind of answer that a noun implies: a budget is a sum, a birthday a date."""
    return next((NOUN[w.lemma] for w in reversed(piece) if w.lemma in NOUN), "what")


def _weight(term: Word) -> int:
    """A name, a person, an animal, a number or a time counts three, another noun two, a verb one."""
    if term.lemma in lx.PERSONS or term.lemma in lx.PETS or is_name(term) or term.text[0].isdigit():
        return 3
    if any(v.kind in TIMES for v in values((term,))):
        return 3
    return 1 if (is_verb(term) and not term.owner) or term.low in lx.ORDER else 2
