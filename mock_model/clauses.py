"""Clauses: a sentence cut into pieces that each say one thing, in the model's voice, with their subject written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mock_model import lexicon as lx
from mock_model.language import Word, is_verb, join, lemma, words
from mock_model.phrases import is_name
from mock_model.values import values
from mock_model.voice import in_own_voice, plain_third

UNREAL = re.compile(
    r"\b(wish|wondering|wonder|imagine|pretend|suppose|if only|what if|might|not sure|unsure|thinking about whether|would love"
    r"|dream of|considering|hypothetically|example|could be|maybe|perhaps)\b|^if\b", re.I)  # fmt: skip
LEAD = re.compile(
    r"^(?:(?:oh|and|so|well|also|but|ok|okay|hi|hello|hey|hiya|yes|no|sure|right|great|thanks|thank you|btw|fyi|p\.?s\.?|ah|hmm|yep"
    r"|nope|yeah|anyway|by the way|just so you know|for (?:the record|your information|context|reference)|as (?:i|you) said"
    r"|one more thing|quick update|update|note|please note|important|remember|please remember|don'?t forget|keep in mind"
    r"|(?:to )?be clear|in case you(?:'re| are) wondering|i should (?:mention|say|add)|i forgot to (?:mention|say|tell you)"
    r"|i (?:told|tell) you|i want you to know|let me tell you|you should know|i think|i believe|i guess|i mean|got it|noted"
    r"|good news|i(?:'m| am) (?:happy|pleased|sorry) to say|(?:it )?turns out|there you go|actually|sorry|apologies|oops|wait"
    r"|correction|scratch that|on second thoughts?|my mistake|i was wrong|hang on|hold on|guess what|happy to help|hi there"
    r"|hello there|good (?:morning|afternoon|evening)|of course|certainly|absolutely)\b(?: that\b)?[\s,.:;!–—-]*)+",
    re.IGNORECASE,
)  # fmt: skip
QUESTION_START = re.compile(
    r"^(?:(?:and|so|but|then|also|now|ok|okay|hey|please|well)[, ]+)*(?:who|whom|whose|what|which|when|where|why|how|is|are|am|was|were|do|does|did"
    r"|can|could|would|will|should|shall|may|has|have|had|remind|tell me|in which|in what|at what|on which|on what|for how)\b",
    re.IGNORECASE)  # fmt: skip
TELLING = re.compile(r"(?:have|has|will|may|when|which|whatever|is|are|do|did|should|what a|what i|where i|how (?:nice|great|lovely))\b", re.I)
ASKING = re.compile(
    r"(?:(?:which|when)(?: \S+){0,3}? (?:do|does|did|is|are|am|was|were|should|can|will|have|has)\b|(?:do|did|have|are|is|am|was|will) (?:i|you|we|my|our|the)\b"
    r"|which \S+ (?:\S+ )?\w+s\b)", re.I)  # fmt: skip
KEY_VALUE = re.compile(r"^\s*((?:[A-Z]?[\w'-]+ ){0,3}[\w'-]+)\s*[:=]\s+(\S.*)$")
HEADING = re.compile(r"^\s*([^:]{2,60}):\s+(\S.*)$")


def is_question(sentence: str) -> bool:
    """Whether a sentence asks rather than tells."""
    if sentence.rstrip("\"') ").endswith("?"):
        return True
    bare = LEAD.sub("", sentence, count=1) if not QUESTION_START.match(sentence) else sentence
    return bool(QUESTION_START.match(bare) and not TELLING.match(bare)) or bool(ASKING.match(bare))


def clauses_of(sentence: str, role: str, about_user: bool) -> Iterable[tuple[list[Word], list[Word]]]:
    """The clauses of one sentence that tell something, in the model's voice, each with its whole sentence."""
    bare = LEAD.sub("", sentence, count=1).strip() or sentence
    asked = is_question(sentence)
    pair = KEY_VALUE.match(bare)
    heading = HEADING.match(bare)
    if heading and not asked and (_has_verb(words(heading.group(2))) or heading.group(1).lower().startswith("summary")):
        bare = heading.group(2)
    elif pair and not asked and len(pair.group(1).split()) <= 4 and not is_verb(words(pair.group(1))[-1]):
        key = pair.group(1)
        about = "" if lemma(key.split()[0].lower()) in lx.SMALL or key.split()[0].lower() in ("my", "the", "our") else "the "
        bare = f"{about}{key[0].lower() + key[1:] if key[1:].islower() else key} is {pair.group(2)}"
    spoken = in_own_voice(words(bare), role, about_user)
    if spoken and not asked and (not heading or re.search(r"\b(?:me|myself)\b", heading.group(1), re.I)):
        spoken = _elided(spoken, role)
    for clause in clauses(spoken):
        text = join(clause)
        if asked and (clause is spoken or QUESTION_START.match(text) or text.rstrip().endswith("?")):
            continue
        if UNREAL.search(text):
            continue
        clause = [w for w in clause if w.text not in ('"', "“", "”", "…")]
        while clause and (clause[-1].text in ".,;:!?-–—" or clause[-1].low in ("and", "but", "so", "though")):
            clause.pop()
        while clause and (clause[0].text in ",;:-–—" or clause[0].low in ("and", "but", "so", "though", "then", "because")):
            clause.pop(0)
        if any(w.low not in lx.SMALL and w.text[0].isalnum() for w in clause):
            yield _ordered(clause), spoken


def clauses(sentence: Sequence[Word]) -> list[list[Word]]:
    """Cut a sentence where a new subject and verb begin: after ";", "but", "and", or a comma."""
    aside = _relative(sentence)
    if aside:
        return [piece for part in aside for piece in clauses(part)]
    cuts = [0]
    for index in range(1, len(sentence)):
        if index <= cuts[-1]:
            continue
        word = sentence[index]
        if word.text in (";", "–", "—") or (word.text == "-" and not word.glued) or (word.text == "," and _asks(sentence[index + 1:])):
            cuts.append(index)
        elif word.low == "so" and index + 1 < len(sentence) and sentence[index + 1].low == "that":
            continue
        elif (word.text == "," or word.low in ("and", "but", "so", "while", "whereas", "although", "though", "plus")) and \
                (_says_something(sentence[cuts[-1]:index]) or _pronoun_clause(sentence[index + 1:])):
            start = index + 1
            while start < len(sentence) and sentence[start].low in ("and", "but", "so", "then", "also", "while", "plus", "though"):
                start += 1
            if _begins_clause(sentence[start:]) or (start < len(sentence) and is_verb(sentence[start]) and sentence[start].low not in lx.KIND_OF and word.low != "so" \
                    and (word.low == "and" or sentence[start - 1].low in ("and", "but") or sentence[start].low in ("has", "is", "was")
                         or (sentence[start].low.endswith("s") and sentence[0].low == "you"))):
                cuts.append(index)
    pieces = [list(sentence[a:b]) for a, b in zip(cuts, cuts[1:] + [len(sentence)], strict=True)]
    pieces = _carry_subject(pieces) if len(pieces) > 1 else [list(sentence)]
    return [part for piece in pieces for part in _shared_verb(piece)]


def _shared_verb(clause: list[Word]) -> list[list[Word]]:
    """ "You speak Polish at home and English at work" says two things with one verb."""
    verb = next((i for i, w in enumerate(clause) if i and is_verb(w) and not (i + 1 < len(clause) and is_verb(clause[i + 1]))), None)
    if verb is None:
        return [clause]
    for middle in range(verb + 3, len(clause) - 2):
        if clause[middle].low != "and":
            continue
        left, right = clause[verb + 1:middle], clause[middle + 1:]
        for place, word in enumerate(right[1:5], 1):
            if word.low in ("for", "at", "in", "on", "to", "with", "from", "as") and any(w.low == word.low for w in left[1:]) and place + 1 < len(right) \
                    and not any(is_verb(w) for w in right[:place]):
                return [clause[:middle], [*clause[:verb + 1], *right]]
    return [clause]


def _relative(sentence: Sequence[Word]) -> list[list[Word]]:
    """ "Olga, who fixes clocks, lives in Bath" says that Olga fixes clocks and that Olga lives in Bath."""
    for start in range(1, len(sentence) - 3):
        if sentence[start].text == "," and sentence[start + 1].low in ("who", "which"):
            end = next((i for i in range(start + 2, len(sentence)) if sentence[i].text == ","), None)
            if end is None or end + 1 >= len(sentence) or not is_verb(sentence[end + 1]):
                return []
            noun = list(sentence[:start])
            return [[*noun, *sentence[start + 2:end]], [*noun, *sentence[end + 1:]]]
    return []


def _pronoun_clause(part: Sequence[Word]) -> bool:
    return len(part) > 2 and part[0].low in ("i", "you", "he", "she", "it", "they", "that") and part[1].low in lx.AUXILIARIES


def _says_something(part: Sequence[Word]) -> bool:
    """Whether the words before a comma can stand alone: they have a verb, or they are a value ("no, 4,700")."""
    return _has_verb(part) or (len(part) <= 4 and bool(values(tuple(part))))


def _asks(part: Sequence[Word]) -> bool:
    """Whether the words begin a question: "can you …", "what is …"."""
    low = [w.low for w in part[:3]]
    return len(low) == 3 and (
        (low[0] in lx.AUXILIARIES and low[1] in ("i", "you", "we", "he", "she", "it", "they", "there", "your", "my", "that", "this"))
        or (low[0] in lx.WH - {"which", "who", "whose", "whom", "when"} and (low[1] in lx.AUXILIARIES or low[1] in ("many", "much", "old", "long", "time")))
        or low[0] == "any"
    )


def _has_verb(part: Sequence[Word]) -> bool:
    return any(is_verb(w) for w in part[1:]) or (bool(part) and part[0].low not in lx.WH and is_verb(part[0]))


def _begins_clause(part: Sequence[Word]) -> bool:
    """Whether the words begin with a subject and, soon after, its verb."""
    if not part:
        return False
    first = part[0]
    if first.low in lx.WH and first.low not in ("which", "who", "whose"):
        return True
    if first.low in ("i", "you", "we", "he", "she", "it", "they", "there", "that", "this"):
        return len(part) > 1 and (any(is_verb(w) for w in part[1:4]) or (first.low not in ("it", "that", "this", "you") and len(part) > 2))
    if first.low in lx.POSSESSIVES or first.low in ("the", "a", "an", "one") or first.text[:1].isupper() or first.possessive:
        for index, word in enumerate(part[1:7], 1):
            if word.text in ",;." or word.low in lx.CONJUNCTIONS:
                return False
            if (is_verb(word) or word.low.endswith("ed")) and (word.low in lx.AUXILIARIES or word.low.endswith(("s", "ed")) or lx.IRREGULAR.get(word.low)):
                return index >= 1
            if word.low in lx.PREPOSITIONS:
                return False
    return False


def _carry_subject(pieces: list[list[Word]]) -> list[list[Word]]:
    """ "You live in Leeds | and work as a nurse": the second piece gets the subject of the first."""
    found = [pieces[0]]
    for piece in pieces[1:]:
        rest = list(piece)
        while rest and (rest[0].text in ",;–—-" or rest[0].low in ("and", "but", "so", "then", "also", "plus", "while", "though")):
            rest.pop(0)
        if rest and is_verb(rest[0]) and not _begins_clause(rest):
            subject = []
            for word in found[-1]:
                if word.low in ("am", "is", "are", "was", "were") and rest[0].low.endswith("ing") and subject:
                    subject.append(word)
                    break
                if is_verb(word) or word.low in ("not", "also", "really"):
                    break
                subject.append(word)
            plain = [w for w in subject if w.text not in ",;"]
            if 0 < len(plain) <= 6 and plain[0].low not in lx.WH | {"there", "if"} | lx.PREPOSITIONS:
                rest = in_own_voice([*plain, *rest], "assistant")
                if plain[-1].low == "you" and len(plain) == 1:
                    rest = in_own_voice(plain_third(rest), "assistant")
        found.append(rest or piece)
    return found


def named(clause: list[Word]) -> list[Word]:
    """ "Your dog's name is Rex" and "the name of your dog is Rex" both say "your dog is called Rex"."""
    low = [w.low for w in clause]
    for index in range(1, len(clause) - 2):
        if low[index] in ("name", "names") and clause[index - 1].possessive and low[index + 1] in ("is", "are", "was", "were"):
            owner = clause[index - 1]
            base = owner.text[:-2] if owner.text.endswith("'s") else owner.text.rstrip("'")
            head = owner._replace(text=base, possessive=False)
            return [*clause[: index - 1], head, clause[index + 1], *words("called"), *clause[index + 2:]]
    if low[:3] == ["the", "name", "of"]:
        for index in range(4, len(clause) - 1):
            if low[index] in ("is", "was"):
                return [*clause[3: index + 1], *words("called"), *clause[index + 1:]]
    return clause


CHANGES = set(["change", "move", "set", "switch", "update", "rename", "push", "bring", "postpone", "reschedule", "make", "shift", "extend", "raise", "lower", "cut", "increase"])


def _ordered(clause: list[Word]) -> list[Word]:
    """ "Change the meeting to Friday" says that the meeting is now on Friday."""
    start = 1 if clause[0].low in ("please", "let", "just") else 0
    to = next((i for i in range(start + 2, len(clause) - 1) if clause[i].low == "to"), None)
    if to is None or clause[start].low not in CHANGES or clause[start + 1].low in ("it", "that", "this", "them", "sure"):
        return clause
    thing = [w for w in clause[start + 1:to] if w.low not in ("from",)]
    cut = next((i for i in range(start + 1, to) if clause[i].low == "from"), to)
    thing = clause[start + 1:cut] or thing
    return [*thing, *words("is now"), *clause[to + 1:]]


def _elided(clause: list[Word], role: str) -> list[Word]:
    """ "Allergic to nuts", said by a user, is "you are allergic to nuts"; "living in Rome" is "you are living in Rome"."""
    first = clause[0]
    low = [w.low for w in clause]
    if role == "user" and (low[:2] in (["it", "is"], ["this", "is"])) and len(clause) > 2 and is_name(clause[2]) and (
            len(clause) < 6 or clause[3].text in ",." or is_name(clause[3]) or low[3] in ("here", "speaking", "from")):
        return [*words("you are called"), *clause[2:]]
    if role == "user" and len(clause) > 1 and low[1] in ("here", "speaking") and is_name(first, True):
        return [*words("you are called"), first, *clause[2:]]
    if role != "user" or first.text[0].isdigit():
        return clause
    if first.low in ("allergic", "vegetarian", "vegan", "married", "single", "born", "based", "originally") or (
            first.low.endswith("ing") and is_verb(Word("", first.low, first.lemma)._replace(low=first.lemma)) and len(clause) > 1):
        rest = [first._replace(text=first.text[0].lower() + first.text[1:]), *clause[1:]]
        return [*words("you are"), *rest]
    if first.low in ("live", "work", "love", "hate", "prefer", "like", "just", "got", "have", "need", "want", "booked", "decided", "bought") and \
            first.text[:1].isupper():
        return [*words("you"), first._replace(text=first.text[0].lower() + first.text[1:]), *clause[1:]]
    return clause
