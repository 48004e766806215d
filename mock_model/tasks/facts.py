"""Facts: what users state, told in the third person, each with its message and with the known fact that it replaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.finding.correcting import CHANGED, DECLARED, NUMBERS, corrected
from mock_model.sentences import lists
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import FIRST, REFERS, Said, Sentence, content, is_question, sentence_of
from mock_model.sentences.remembering import remembered
from mock_model.sentences.voice import LEAD, retold
from mock_model.sentences.words import Word, join, sentences, word, words
from mock_model.tasks.orders import unquoted

JOINT = re.compile(r"^(?:and|but)\s+|[,;]$", re.I)  # what joined a sentence to the one beside it
TALK, MORE, STANDING, IGNORING = (lists.phrases(name, "facts.txt") for name in ("talk", "more", "standing", "ignoring"))
LISTS = {name: [word for line in lines for word in line] for name, lines in lists.sections("facts.txt").items()}
ALIKE = dict(zip(LISTS["alike"][::2], LISTS["alike"][1::2], strict=True))
PERSONS = frozenset("he she him her his hers they them their".split())
LONGEST, RECENT = 300, 60  # characters told again before "She is six."; facts to compare with


@remembered(1024)
def stated(text: str, asked: str) -> tuple[tuple[str, str], ...]:
    """What a message states: a "fact", what "refers" to one, an "answer", a value "instead" of another; a lasting "order"."""
    found: list[tuple[str, str]] = []
    before = ""
    for one in (JOINT.sub("", sentence) for sentence in sentences(unquoted(text, True)) if len(sentence) < 1_000):
        if how := _how(one, before, "" if found else asked):
            found.append((how, f"{before} {one}".strip() if how == "instead" else one))
        before = one if DECLARED.search(one) and len(one.split()) < 8 else ""
    return tuple(found)


def _how(one: str, before: str, asked: str) -> str:
    """What a clause is; nothing where it is no statement."""
    sentence, meant = sentence_of(one), gist(DECLARED.sub(" ", one))[0]
    low, verb = sentence.low, _verb(sentence.words)
    rest = meant - {w.base.replace(",", "") for v in sentence.values for w in sentence.words[v.start : v.end]}
    if sentence.asks or not meant or TALK.search(one.replace("’", "'")):
        return ""
    if not rest and (before or DECLARED.search(one)):
        return "instead"
    first, *others = *words(STANDING.sub("", LEAD.sub("", one, count=1)).lstrip(" ,:")), word("."), word(".")
    bare = is_verb(first.low) and first.base == first.low and first.low not in lists.AUXILIARIES  # as in "Book a table"
    ordered = bare and (others[0].low in LISTS["taken"] or not _verb((first, *others)))  # not "Work starts at nine"
    if ordered or first.low in ("do", "let", "must") or IGNORING.match(one):
        return "order" if IGNORING.match(one) or STANDING.search(one) else ""
    if asked and low.isdisjoint(FIRST) and (REFERS.match(one) or not verb):
        return "answer"
    who = next((n for n, w in enumerate(sentence.words) if w.low in PERSONS), len(sentence.words))
    named = any(w.base in lists.PEOPLE or (w.text[0].isupper() and w.low != "i") for w in sentence.words[1:who])
    if (REFERS.match(one) and (not who or low.isdisjoint(FIRST))) or (not low.isdisjoint(PERSONS) and not named):
        return "refers"
    valued = {v.kind for v in sentence.values} - set(() if verb else LISTS["weak"])
    stated = (verb and not low.isdisjoint(FIRST)) or (valued and rest)
    return "fact" if stated and low.isdisjoint(("you", "your")) else ""


def _verb(spoken: Sequence[Word]) -> int:
    """The place of the verb, 0 for none: "I live here", "My dog is old", "Work starts at nine"; not "My wife"."""
    for n, w in enumerate(spoken[1:], 1):
        inflected = w.low != w.base and (is_verb(w.base) or w.base in ALIKE) and not w.low.endswith("ing")
        if w.low in lists.AUXILIARIES or (inflected and not w.owns and w.base not in lists.PEOPLE):
            return n
        if is_verb(w.base) and any(before.low in ("i", "we") for before in spoken[max(n - 3, 0) : n]):
            return n
    return 0


@remembered(2048)
def gist(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a sentence says, in base forms, and of these what stands before its verb."""
    spoken, keys = words(text), {}
    for n, w in enumerate(spoken):
        small = {w.low, w.base} & lists.SMALL and w.low not in LISTS["counted"]
        if w.text[0].isalnum() and not small and w.base not in LISTS["no matter"]:
            keys[n] = ALIKE.get(w.base, w.base.replace(",", ""))
    return frozenset(keys.values()), frozenset(key for n, key in keys.items() if n < (_verb(spoken) or len(spoken)))


def _compared(text: str, older: str, one: str) -> str:
    """Whether a sentence "repeats" an older one, or "replaces" it: it denies it, or says something else of the same."""
    (new, subject), (old, its) = gist(text), gist(older)
    fresh, gone, shared = new - old, old - new, new & old
    if not fresh and not (("name" in new and gone) or gone & (lists.PEOPLE | {"not"})):
        return "repeats"  # of "I am Ana" and "My sister is Ana" none says less
    if not fresh or not gone or "not" in fresh | gone:
        return "replaces" if fresh | gone == {"not"} else ""
    said = DECLARED.search(one) or CHANGED.search(one)
    about = subject <= old and its <= new and max(len(fresh), len(gone)) <= 3 and not MORE.search(one)
    more = shared - ({"name"} if said else subject)
    return "replaces" if about and more and (said or subject or "live" in shared) else ""


def facts_in(messages: Sequence[tuple[int, dict]], known: Sequence[tuple[int, str]], instructions: bool) -> list[dict]:
    """The new facts in messages, in order; with instructions also what users order for good."""
    facts: list[dict] = [{"text": text, "message": None, "replaces": number} for number, text in known]
    asked, before = "", {number: gist(text)[0] for number, text in known}
    for number, message in messages:
        for how, one in stated(message["content"], asked) if message["role"] == "user" else ():
            if how != "order" or instructions:
                _learn(how, one, asked, number, facts)
        last = sentences(message["content"])[-1:] if message["role"] == "assistant" else ()
        asked = last[0] if last and is_question(last[0]) else ""
    new = [fact for fact in facts if fact["message"] is not None]
    return list({f["text"]: f for f in new if before.get(f["replaces"]) != gist(f["text"])[0]}.values())


def _learn(how: str, one: str, asked: str, number: int, facts: list[dict]) -> None:
    """Add what a message states, unless it says nothing new; what it replaces goes."""
    said, last = 'he user said: "{}"'.format(one.replace('"', "'")), facts[-1] if facts else {"message": None}
    text, old, near = retold(one) or f"T{said}", None, facts[-RECENT:]
    talk = [Said(sentence_of(text), "user", n) for n, text in enumerate([*(fact["text"] for fact in near), one])]
    at = corrected(talk[-1], talk, len(near))
    if how == "instead":
        if at is None:
            return
        old, whole = near[at], near[at]["text"].partition(" The user said:")[0]
        text = put_right(talk[-1].sentence, sentence_of(whole)) or f"{whole} T{said}"
    elif how == "order":
        text = f"The user said: {one}"
    elif how == "answer":
        text = f'Asked "{asked}", t{said}'
    elif how == "refers" and last["message"] and number - last["message"] < 4 and len(last["text"]) < LONGEST:
        text, old = f"{last['text']} {text}", last if last["message"] == number else None
    else:
        how = {_compared(text, fact["text"], one): fact for fact in near}
        if "repeats" in how:
            return
        old = how.get("replaces", near[at] if at is not None else None)
    if old:
        facts.remove(old)
    facts.append({"text": text, "message": number, "replaces": old and old["replaces"]})


def put_right(new: Sentence, old: Sentence) -> str:
    """The old sentence with the new value in it where a correction says no more ("make that 18"); else nothing."""
    pairs = [(o, n) for o in old.values for n in new.values if n.kind == o.kind or {n.kind, o.kind} <= NUMBERS]
    given = {w.base for v in new.values for w in new.words[v.start : v.end]}
    if len(pairs) != 1 or content(words(DECLARED.sub(" ", new.text))) - old.bases - given:
        return ""
    ((o, n),) = pairs
    unit = old.words[o.start + 1 : o.end] if n.kind in ("number", "counted") else ()
    return join((*old.words[: o.start], *new.words[n.start : n.end], *unit, *old.words[o.end :]))


def worth(text: str) -> int:
    """How much a sentence is worth keeping by itself: for its values, and where it is about the user."""
    return 2 * bool(sentence_of(text).values) + (sentence_of(text).about == "user")
