"""Clauses: a sentence cut into pieces that each say one thing, in the model's voice, with their subject written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, join, words
from mock_model.values import values
from mock_model.voice import in_own_voice, plain_third
from mock_model.wording import LEAD, carried_out, completed, has_verb, plain

# Wishes, guesses and conditions state no fact.
UNREAL = re.compile(
    r"\b(?:wish|wondering|wonder|imagine|pretend|suppose|if only|what if|might|not sure|unsure|thinking about whether"
    r"|would love|dream of|considering|hypothetically|(?<![.@])example|could be|maybe|perhaps)\b|^if\b",
    re.IGNORECASE,
)
QUESTION_START = re.compile(
    r"^(?:(?:and|so|but|then|also|now|ok|okay|hey|please|well)[, ]+)*"
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|am|was|were|do|does|did|can|could|would|will|should|shall|may|has"
    r"|have|had|remind me(?! to\b|:)|tell me|name (?:a|two|three|some|all|my|the)|in which|in what|at what|on which|on what"
    r"|for how)\b",
    re.IGNORECASE,
)
# Starts that a question without its question mark shares with a statement: "when I was young …", "will call you later".
TELLING = re.compile(
    r"(?:have|has|will|may|when|which|whatever|is|are|do|did|should|what a|what i|where i|how (?:nice|great|lovely))\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"(?:which|when)(?: \S+){0,3}? (?:do|does|did|is|are|am|was|were|should|can|will|have|has)\b"
    r"|(?:do|did|have|are|is|am|was|will) (?:i|you|we|my|our|the)\b|which \S+ (?:\S+ )?\w+s\b",
    re.IGNORECASE,
)
JOINING = frozenset("and but so while whereas although though plus".split())
LINKS = JOINING | {"then", "also", "now"}
SUBJECTS = frozenset("i you we he she it they".split())
SHARED = frozenset("for at in on to with from as".split())
ASKED_AFTER = SUBJECTS | {"there", "your", "my", "that", "this"}
QUOTES = frozenset('"“”…')


def is_question(sentence: str) -> bool:
    """Whether a sentence asks rather than tells."""
    if sentence.rstrip("\"') ").endswith("?"):
        return True
    bare = sentence if QUESTION_START.match(sentence) else LEAD.sub("", sentence, count=1)
    return bool(QUESTION_START.match(bare) and not TELLING.match(bare)) or bool(ASKING.match(bare))


def clauses_of(sentence: str, role: str, about_user: bool) -> Iterator[tuple[list[Word], list[Word]]]:
    """The clauses of one sentence that tell something, in the model's voice, each with its whole sentence.

    role is who wrote it; about_user says that "the user" in it is the user, as in a summary.
    """
    asked = is_question(sentence)
    bare, complete = (LEAD.sub("", sentence, count=1).strip() or sentence, False) if asked else plain(sentence)
    spoken = in_own_voice(words(bare), role, about_user)
    if spoken and complete and role == "user":
        spoken = completed(spoken)
    pieces = clauses(spoken)
    for piece in pieces:
        text = join(piece)
        asks = asked and (len(pieces) == 1 or QUESTION_START.match(text) or text.rstrip().endswith("?"))
        clause = _trimmed(piece)
        if not asks and not UNREAL.search(text) and any(w.low not in lx.SMALL and w.text[0].isalnum() for w in clause):
            yield carried_out(clause), spoken


def _trimmed(piece: Sequence[Word]) -> list[Word]:
    """A clause without its quotation marks and without the signs and links at its ends."""
    clause = [
        w._replace(glued=w.glued and not (i and piece[i - 1].text in QUOTES and not piece[i - 1].glued))
        for i, w in enumerate(piece)
        if w.text not in QUOTES
    ]
    while clause and (clause[-1].text in ".,;:!?-–—" or clause[-1].low in ("and", "but", "so", "though")):
        clause.pop()
    while clause and (
        clause[0].text in ",;:-–—" or clause[0].low in LINKS - {"also", "now"} or clause[0].low == "because"
    ):
        clause.pop(0)
    return clause


def clauses(sentence: Sequence[Word]) -> list[list[Word]]:
    """Cut a sentence where a new subject and verb begin: after ";", "but", "and" or a comma."""
    aside = _relative(sentence)
    if aside:
        return [piece for part in aside for piece in clauses(part)]
    cuts = [0]
    for index in range(1, len(sentence)):
        if index > cuts[-1] and _cuts(sentence, cuts[-1], index):
            cuts.append(index)
    pieces = [list(sentence[a:b]) for a, b in zip(cuts, [*cuts[1:], len(sentence)], strict=True)]
    return [part for piece in _with_subjects(pieces) for part in _shared_verb(piece)]


def _cuts(sentence: Sequence[Word], begin: int, index: int) -> bool:
    """Whether a new clause begins at this word, the one before having begun at `begin`."""
    word, after = sentence[index], sentence[index + 1 :]
    if word.text in (";", "–", "—") or (word.text == "-" and not word.glued) or (word.text == "," and _asks(after)):
        return True
    if not (word.text == "," or word.low in JOINING) or (word.low == "so" and after and after[0].low == "that"):
        return False
    if not (_can_stand(sentence[begin:index]) or _has_pronoun_subject(after)):
        return False
    links = next((n for n, w in enumerate(after) if w.low not in LINKS), len(after))
    part = after[links:]
    if _begins_clause(part):
        return True
    if not part or not is_verb(part[0]) or part[0].low in lx.KIND_OF or word.low == "so":
        return False
    linked = word.low == "and" or (links and after[links - 1].low in ("and", "but"))
    return bool(
        linked or part[0].low in ("has", "is", "was") or (part[0].low.endswith("s") and sentence[0].low == "you")
    )


def _relative(sentence: Sequence[Word]) -> list[list[Word]]:
    """ "Olga, who fixes clocks, lives in Bath" says that Olga fixes clocks and that Olga lives in Bath."""
    for start in range(1, len(sentence) - 3):
        if sentence[start].text == "," and sentence[start + 1].low in ("who", "which"):
            end = next((i for i in range(start + 2, len(sentence) - 1) if sentence[i].text == ","), None)
            if end is None or not is_verb(sentence[end + 1]):
                return []
            noun = sentence[:start]
            return [[*noun, *sentence[start + 2 : end]], [*noun, *sentence[end + 1 :]]]
    return []


def _shared_verb(clause: list[Word]) -> list[list[Word]]:
    """ "You speak Polish at home and English at work" says two things with one verb."""
    verbs = [i for i, w in enumerate(clause) if i and is_verb(w) and not any(is_verb(n) for n in clause[i + 1 : i + 2])]
    if not verbs:
        return [clause]
    verb = verbs[0]
    for middle in range(verb + 3, len(clause) - 2):
        if clause[middle].low != "and":
            continue
        left, right = {w.low for w in clause[verb + 2 : middle]}, clause[middle + 1 :]
        for place, word in enumerate(right[1:-1][:4], 1):
            if word.low in SHARED & left and not any(is_verb(w) for w in right[:place]):
                return [clause[:middle], [*clause[: verb + 1], *right]]
    return [clause]


def _with_subjects(pieces: list[list[Word]]) -> list[list[Word]]:
    """ "You live in Leeds | and work as a nurse": the second piece gets the subject of the first."""
    found = pieces[:1]
    for piece in pieces[1:]:
        start = next((i for i, w in enumerate(piece) if w.text not in ",;–—-" and w.low not in LINKS), len(piece))
        rest = piece[start:]
        if rest and is_verb(rest[0]) and not _begins_clause(rest):
            subject = _subject_for(rest[0], found[-1])
            if 0 < len(subject) <= 6 and subject[0].low not in lx.WH | {"there", "if"} | lx.PREPOSITIONS:
                rest = in_own_voice([*subject, *rest], "assistant")
                if len(subject) == 1 and subject[0].low == "you":
                    rest = in_own_voice(plain_third(rest), "assistant")
        found.append(_with_noun(rest or piece, found[-1]))
    return found


def _with_noun(clause: list[Word], before: Sequence[Word]) -> list[Word]:
    """ "(Your birthday is in May and) your wife's is in June": the noun of the clause before is meant."""
    for index, (owner, verb) in enumerate(pairwise(clause)):
        if owner.possessive and verb.low in ("is", "was", "are"):
            noun = next((b for b, v in pairwise(before) if v.low == verb.low and b.text.isalpha()), None)
            return [*clause[: index + 1], noun, *clause[index + 1 :]] if noun else clause
    return clause


def _subject_for(verb: Word, clause: Sequence[Word]) -> list[Word]:
    """The subject of a clause, with its "are" where the next verb is "coming"."""
    subject: list[Word] = []
    for word in clause:
        if subject and word.low in ("am", "is", "are", "was", "were") and verb.low.endswith("ing"):
            return [*subject, word]
        if is_verb(word) or word.low in ("not", "also", "really"):
            break
        subject.append(word)
    return [w for w in subject if w.text not in ",;"]


def _has_pronoun_subject(part: Sequence[Word]) -> bool:
    return len(part) > 2 and part[0].low in SUBJECTS | {"that"} and part[1].low in lx.AUXILIARIES


def _can_stand(part: Sequence[Word]) -> bool:
    """Whether the words before a comma can stand alone: they have a verb, or they are a value ("no, 4,700")."""
    return has_verb(part) or (len(part) <= 4 and bool(values(tuple(part))))


def _asks(part: Sequence[Word]) -> bool:
    """Whether the words begin a question: "can you …", "what is …"."""
    if len(part) < 3:
        return False
    first, second, third = part[0].low, part[1].low, part[2].low
    if first in lx.AUXILIARIES:
        return second in ASKED_AFTER
    asks = second in lx.AUXILIARIES or second in ("many", "much", "old", "long", "time")
    if first in lx.WH and second in lx.AUXILIARIES and third in ASKED_AFTER:
        return True  # "who are you"
    return first == "any" or (first in ("what", "where", "why", "how") and asks)


def _begins_clause(part: Sequence[Word]) -> bool:
    """Whether the words begin with a subject and, soon after, its verb."""
    if len(part) < 2:
        return False
    first = part[0]
    if first.low in lx.WH - {"which", "who", "whose"}:
        return True
    if first.low in SUBJECTS | {"there", "that", "this"}:
        clear = first.low not in ("it", "that", "this", "you") and len(part) > 2
        return clear or any(is_verb(w) or w.low.endswith("ed") for w in part[1:4])
    if first.low in ("on", "in", "at", "for"):  # "on Sunday we visit …"
        return any(a.low in SUBJECTS and is_verb(b) for a, b in pairwise(part[1:7]))
    noun = first.low not in lx.SMALL and first.text[0].isalnum() and first.low not in lx.NUMBER_WORDS
    if noun and (part[1].low in lx.AUXILIARIES or (part[1].low.endswith("s") and is_verb(part[1]))):
        return True  # "lunch is at noon"
    if not (
        first.low in lx.POSSESSIVES
        or first.low in ("the", "a", "an", "one")
        or first.text[0].isupper()
        or first.possessive
    ):
        return False
    for word in part[1:7]:
        if word.text in ",;." or word.low in lx.CONJUNCTIONS:
            return False
        form = word.low in lx.AUXILIARIES or word.low.endswith(("s", "ed")) or word.low in lx.IRREGULAR
        if form and (is_verb(word) or word.low.endswith("ed")):
            return True
        if word.low in lx.PREPOSITIONS:
            return False
    return False
