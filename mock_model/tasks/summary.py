"""Summaries: the sentences that weigh most, told to a third or quoted with their speaker, within the limits that are set."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile

from mock_model.finding.correcting import NUMBERS, corrected
from mock_model.sentences import lists
from mock_model.sentences.kinds import is_verb
from mock_model.sentences.reading import FIRST, QUESTION, REFERS, Sentence, content, read, sentence_of
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import known
from mock_model.sentences.transcript import text_of, utterances
from mock_model.sentences.values import TIMES
from mock_model.sentences.voice import as_sentence, retold
from mock_model.sentences.words import Word, sentences, words
from mock_model.tasks.admitting import nothing_to_keep
from mock_model.tasks.facts import JOINT, put_right, worth
from mock_model.tasks.handover import STRONG, TOLD, Handed, handed
from mock_model.tasks.orders import limits
from mock_model.tasks.prompt_parts import parts_of
from mock_model.tasks.wording import rules, styled, unsized

OTHERS = {"assistant": "the assistant", "tool": "the function"}
KINDS = dict.fromkeys(TIMES, "time") | dict.fromkeys((*NUMBERS, "code", "phone"), "number")
NAMED = {kind: lists.phrases(kind, "summary.txt") for kind in ("name", "number", "time", "decision", "taste")}
BEFORE, ASKED, LATER, KEEPING, DROPPING, ADVICE, TALK = (
    lists.phrases(name, "summary.txt") for name in "before asked later keeping dropping advice talk".split()
)
OF_ONE, LAST = (lists.phrases(name, "summary.txt") for name in ("of one", "last line"))
TITLE = re.compile(r"\b(Dr|Mrs?|Ms|St|Prof|No)\.")  # their full stop would count as the end of a sentence
UNTOPICAL = lists.SMALL | lists.UNITS | lists.NUMBERS.keys()
THING = re.compile(r"(?<!\bis )(?<!\bas )\b(?i:an?|the|my|our|his|her|their) ([a-z]+(?: [a-z]+)?)")


def summary_task(messages: Sequence[dict]) -> Handed | None:
    """The summary that the last message, or a system message before it, asks for; None when none is asked for.

    What a function has answered is told first, unless the order comes after it.
    """
    if messages[-1]["role"] == "tool":
        return None
    return handed(messages, _asks)


def is_summed_up(messages: Sequence[dict]) -> bool:
    """Whether instructions that end a request ask for a summary of all that stands before them."""
    last = takewhile(lambda message: message["role"] in STRONG, reversed(messages))
    return any(_asks(parts_of(text_of(message), _asks).own) for message in last) and any(
        message["role"] not in STRONG for message in messages
    )


def _conversation(task: Handed) -> list[dict]:
    """What is to be summarised, the previous summary first; a message of a list has one role, whatever labels it holds."""
    held = []
    for text in task.held:
        with suppress(ValueError):  # it may be quoted as JSON, and would be so once more each time
            text = str(json.loads(text))
        held.append({"role": "system", "content": re.sub(r";\s+(?=the |asked )", ".\n", text)})
    talk = task.talk[-1:] if LAST.search(task.own) else task.talk
    one = ("\n".join(part for _, part in utterances("", m["content"])) if "number" in m else "" for m in talk)
    return held + [m | {"content": text} if text else m for m, text in zip(talk, one, strict=True)]


@remembered(1024)
def _asks(text: str) -> bool:
    """Whether one of the sentences asks, now, for a summary."""
    for bare in (re.sub(r"^\W+", "", sentence) for sentence in sentences(text)):
        while lead := BEFORE.match(bare):
            bare = bare[lead.end() :].lstrip(" ,:;.!–—-")
        if ASKED.match(bare) and not LATER.search(bare):
            return True
    return False


def _facts(task: Handed) -> dict[str, int]:
    """What is worth keeping, in the order in which it was said, each with its weight."""
    said = read(messages := _conversation(task))
    now, gone = [sentence_of(JOINT.sub("", one.text)) for one in said], set()
    who = [messages[one.message].get("name") or "the user" for one in said]
    for at, one in enumerate(said):
        if (old := corrected(one, said, at)) is not None and (who[old] == who[at] or one.role != said[old].role):
            now[at] = sentence_of(put_right(one.sentence, now[old]) or now[at].text)
            gone |= {old} if now[at].text not in one.text or one.sentence.bases & said[old].sentence.bases else set()
    at = sorted((m.start(), kind) for kind, pattern in NAMED.items() if (m := pattern.search(task.own)))
    wanted = {kind: max(1, 5 - n) for n, (_, kind) in enumerate(at)}  # the first weighs most
    wanted |= {base: 3 for s in sentences(task.own) if KEEPING.search(s) for base in content(words(s))}
    heard = frozenset().union(*(one.sentence.low for one in said if one.role not in OTHERS))
    last = max((at for at, one in enumerate(said) if not one.sentence.asks or one.role in OTHERS), default=0)
    found: dict[str, int] = {}
    before = ""
    for at, one in enumerate(said):
        answers = at and not one.place and said[at - 1].sentence.asks and said[at - 1].role != one.role
        question = said[at - 1].text if answers and len(one.sentence.words) < 9 else ""
        told = _told(one.role, now[at], question, who[at], bool(messages[one.message].get("plain")))
        kept = 12 if at > last and "question" in task.own else _weight(one.role, now[at], question, wanted, heard)
        weight = 0 if at in gone else kept
        if REFERS.match(one.text) and one.place and before in found:
            found[before] = max(found[before], weight)  # it says who "she" is
        if weight:
            found.setdefault(told, weight)
        before = told
    return _of_one(found, task)


def _of_one(found: dict[str, int], task: Handed) -> dict[str, int]:
    """Of what is worth keeping, what names the one thing that the summary is about, if it is of one."""
    one = OF_ONE.search("\n".join(text_of(m) for m in task.sent if m is task.sent[-1]))
    name = (one["below"] or one["named"]).strip(" .\"'") if one else ""
    return {told: weight for told, weight in found.items() if not name or name.lower() in told.lower()}


def _told(role: str, sentence: Sentence, question: str, who: str, plain: bool) -> str:
    """A sentence as a summary tells it: as it is where it was told before, to a third, or quoted."""
    told = TOLD.search(sentence.text)
    if told or role in (*STRONG, "notes"):
        return as_sentence(sentence.text[told.start() if told else 0 :])
    if role not in OTHERS and (text := retold(sentence.text, who)):
        return text
    if plain and sentence.low.isdisjoint(FIRST):  # a text of nobody's
        return as_sentence(sentence.text)
    quoted, question = (text.strip().rstrip(".").replace('"', "'") for text in (sentence.text, question))
    who, verb = OTHERS.get(role, who), "asked" if sentence.asks else "said"
    return as_sentence(f'asked "{question}", {who} said "{quoted}".' if question else f'{who} {verb}: "{quoted}".')


def _weight(role: str, sentence: Sentence, question: str, wanted: dict[str, int], heard: frozenset[str]) -> int:
    """The heavier, the later a sentence is left out; 0 where it is not kept: questions, small talk, what is repeated."""
    own = role not in OTHERS or bool(TOLD.search(sentence.text))  # the user's, or told before
    given = [v for v in sentence.values if v.kind != "moment"]
    kinds = {KINDS.get(v.kind, v.kind) for v in given}
    kinds |= {kind for kind in ("decision", "taste") if NAMED[kind].search(sentence.text)}
    new = len(sentence.words) > 2 and any(w.low not in heard for v in given for w in sentence.words[v.start : v.end])
    says = (sentence.bases or content(words(question))) if own else (new or ADVICE.search(sentence.text))
    if not says or TALK.search(sentence.text) or (sentence.asks and (not kinds or QUESTION.match(sentence.text))):
        return 0
    return 1 + 8 * own + max((wanted.get(key, 0) for key in kinds | sentence.bases), default=0) + worth(sentence.text)


def _topics(task: Handed) -> dict[str, int]:
    """What a prompt that names nothing to keep gets: the nouns after "a", "the" and "my", without names and numbers."""

    def is_noun(word: Word) -> bool:
        plain = word.base not in UNTOPICAL and (word.low == word.base or not is_verb(word.base))
        return plain and "n" in known()[1].get(word.base, "").split(" ")[0]

    told = (one.text for one in read(_conversation(task)) if one.role not in OTHERS)
    things = ([*takewhile(is_noun, words(phrase))][-1:] for text in told for phrase in THING.findall(text))
    nouns = [*dict.fromkeys(word.low for thing in things for word in thing)][:5]
    *most, last = [n if n[-1] == "s" else f"{'an' if n[0] in 'aeiou' else 'a'} {n}" for n in nouns] or [""]
    about = f"{', '.join(most)} and {last}" if most else last
    return {f"The user talked with the assistant about {about}.": 0} if about else {}


def summarize(task: Handed, fits: Callable[[str], bool], count: Callable[[str], int]) -> str:
    """The summary, of text that `fits` into the reply limit of the request; `count` gives its tokens."""
    talked = any(not message.get("plain") for message in task.talk)  # and no text of nobody's
    vague = talked and not KEEPING.search(DROPPING.sub("", task.own))
    facts = _topics(task) if vague else _facts(task)
    facts = facts or {nothing_to_keep(task.sent): 0}
    style = unsized(rules(task.sent))
    most = _limits(task)  # words, sentences, tokens, characters, bullets, lines
    sizes = {"word": lambda text: len(text.split()), "character": len, "token": count}
    order = {text: n for n, text in enumerate(facts)}

    def written(chosen: Sequence[str]) -> str:
        return _written(sorted(chosen, key=order.__getitem__), task.own, most)

    def fitting(text: str) -> bool:
        text = styled(text, style)  # the words that it gets take room too
        return all(size(text) <= most.get(unit, len(text)) for unit, size in sizes.items()) and fits(text)

    heaviest = sorted(facts, key=facts.get, reverse=True)
    first = bisect_left(range(1, len(facts) + 1), True, key=lambda n: not fitting(written(heaviest[:n])))
    chosen = heaviest[:first]
    for extra in heaviest[first + 1 : first + 12]:  # which smaller ones fit beside them
        chosen += [extra] if fitting(written([*chosen, extra])) else []
    cut = heaviest[0].split()  # where not even one fits
    while not chosen and cut and not fitting(" ".join(cut)):
        cut.pop()
    return written(chosen) if chosen else " ".join(cut)


def _limits(task: Handed) -> dict[str, int]:
    """The limits that the request of a summary sets, and those which the instructions set to every reply."""
    standing = rules([m for m in task.sent if m["role"] in STRONG and not _asks(parts_of(text_of(m), _asks).own)])
    set_by = {unit: int(standing.slots[f"{unit}s"]) for unit in ("word", "sentence") if f"{unit}s" in standing.slots}
    own = limits(task.own)
    return own | {unit: min(most, own.get(unit, most)) for unit, most in set_by.items()}


def _written(told: Sequence[str], prompt: str, most: dict[str, int]) -> str:
    """What is told as sentences, or as so many sentences, lines or bullets as are allowed."""
    bullets = "bullet" in most or re.search(r"\bbullet", prompt, re.I)
    by_line = bullets or "line" in most or re.search(r"\bone per line\b", prompt, re.I)
    size = -(-len(told) // min(most.get(unit, len(told)) for unit in ("bullet", "line", "sentence"))) or 1
    lines = []
    for n in range(0, len(told), size):
        first, *others = (TITLE.sub(r"\1", text).removesuffix(".") for text in told[n : n + size])
        small = (t[0].lower() + t[1:] if t.split()[0].lower() in lists.SMALL | {"asked"} else t for t in others)
        joined = "; ".join([first, *small])
        lines.append(("- " if bullets else "") + joined + ("" if joined[-1] in "?!…" else "."))
    return ("\n" if by_line else " ").join(lines)
