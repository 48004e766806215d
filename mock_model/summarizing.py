"""Summarising: what a conversation said, in fewer words. What the prompt asks to keep is kept.

A prompt that names nothing to keep ("Summarize the conversation.") gets what such prompts often get: the topics,
without the names and the numbers. Otherwise the facts are told in the third person, a sentence each, so that they can
be asked of the summary alone; where they do not all fit, the heaviest stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mock_model import lexicon as lx
from mock_model.admitting import nothing_to_keep
from mock_model.clauses import is_question
from mock_model.handover import Parts, asks, parts
from mock_model.instructions import Rules, rules, styled
from mock_model.keeping import given_in, in_force, keeps, open_questions, wanted, weight
from mock_model.language import Word, as_sentence, is_verb, sentences, words
from mock_model.orders import limits
from mock_model.reading import read
from mock_model.retelling import completed, in_third_person, inside, whole
from mock_model.transcript import text_of

STRONG = ("system", "developer")
HELD = re.compile(r"^(?!\W*(?:you|your)\b).*\bthe user(?:'s)?\b", re.I)  # what a system message knows about the user
NONE = re.compile(r"\W*(?:none|empty|nothing|n/?a|null)?(?: yet| so far)?\W*", re.I)
HEADING = re.compile(r"\W*\b[\w ]{1,40}[\"']?:\W*$|^\W*[\w ]{1,40}[\"']?:\s*[\"']?", re.M)
TITLE = re.compile(r"\b(Dr|Mrs?|Ms|St|Prof|No)\.")  # their full stop would count as the end of a sentence


@dataclass(frozen=True)
class Task:
    """What is to be summarised, and how."""

    prompt: str
    messages: tuple[dict, ...]  # the conversation, the previous summary first
    limits: dict[str, int]  # of words, sentences, tokens, characters, bullets, lines
    keeps: bool  # the prompt names what to keep
    style: Rules = field(default_factory=Rules)  # how the reply will be worded, which takes room too
    sent: Sequence[dict] = ()  # all messages of the request


def summary_task(messages: Sequence[dict]) -> Task | None:
    """The summary that the last message, or a system message before it, asks for; None when none is asked for."""
    last = messages[-1]
    orders = [p for m in messages if m["role"] in STRONG and asks((p := parts(text_of(m))).own)]
    mine = parts(text_of(last)) if last["role"] == "user" else Parts("")
    if asks(mine.own):
        prompt, talk = [mine.own], mine.talk
    elif orders:
        prompt, talk = [], mine.talk or orders[-1].talk
        if not talk and mine.own and all(m["role"] in STRONG for m in messages[:-1]):
            talk = ({"role": "user", "content": mine.own},)
    else:
        return None
    history = () if talk else tuple(_history(messages[:-1] if prompt else messages))
    held = [p.previous for p in (*orders, mine)]
    if orders and mine.talk and not asks(mine.own):  # what stands beside the conversation, under whatever heading
        held.append(HEADING.sub("", mine.own))
    previous = [re.sub(r";\s+", ".\n", text) for text in held if not NONE.fullmatch(text)]
    prompts = "\n".join([*prompt, *(p.own for p in orders)])
    told = (*({"role": "system", "content": text} for text in previous), *history, *talk)
    return Task(prompts, told, limits(prompts), keeps(prompts), rules(messages), messages)


def _history(messages: Sequence[dict]) -> Iterator[dict]:
    """The messages before the request: of system messages what they know about the user, and no earlier requests."""
    for message in messages:
        text = text_of(message)
        if message["role"] in STRONG:
            taken = parts(text)
            held = taken.previous or "\n".join(s for s in sentences(taken.own) if HELD.search(s))
            if held and not asks(held):
                yield {"role": "system", "content": held}
        elif message["role"] != "user" or not asks(text):
            yield message


# ---- what is told ----


class Fact(NamedTuple):
    """One sentence of a summary."""

    text: str
    weight: int


def _facts(task: Task) -> list[Fact]:
    """What is worth keeping, in the order in which it was said."""
    found: dict[str, Fact] = {}
    asked = wanted(task.prompt)
    for name in dict.fromkeys(m.get("name") for m in task.messages):  # several people are told one after the other
        said = completed([m for m in task.messages if m.get("name") == name])
        for statement in in_force(read(said).statements):
            text = in_third_person(statement.words, statement.role, name or "the user")
            found.setdefault(text.lower(), Fact(text, weight(statement, asked)))
    if not found:
        found = {text: Fact(text, 8) for text in _in_own_words(task.messages)}
    if re.search(r"question", task.prompt, re.I):
        found |= {q: Fact(f"Open question: {q}", 12) for q in open_questions(task.messages)}
    return list(found.values())


def _in_own_words(messages: Sequence[dict]) -> Iterator[str]:
    """What users said where none of it could be read."""
    for message in messages:
        for sentence in sentences(text_of(message)) if message["role"] == "user" else ():
            if any(w.low not in lx.SMALL and w.text[0].isalnum() for w in words(sentence)):
                yield as_sentence(f"The user {'asked' if is_question(sentence) else 'said'}: {sentence.rstrip('。')}")


def _topics(messages: Sequence[dict]) -> list[Fact]:
    """What a conversation was about, without names, numbers and dates."""
    if not any(text_of(m).strip() for m in messages):
        return []
    said = [m for m in completed(messages) if m["role"] in ("user", "system")]
    nouns = list(dict.fromkeys(noun for m in said for s in read([m]).statements for noun in _nouns(s.words)))[:5]
    if not nouns:
        return [Fact("The user had a short conversation with the assistant.", 0)]
    *most, last = [n if n.endswith("s") else f"{'an' if n[0] in 'aeiou' else 'a'} {n}" for n in nouns]
    return [Fact(f"The user talked with the assistant about {', '.join(most)}{' and ' * bool(most)}{last}.", 0)]


def _nouns(clause: Sequence[Word]) -> Iterator[str]:
    """The plain nouns after "a", "the" and "your": what a clause speaks of, not what it says of it."""
    given = given_in(clause)
    for start in range(1, len(clause)):
        before = clause[start - 1].low
        says = (
            start > 1 and before in ("a", "an") and (clause[start - 2].lemma == "be" or clause[start - 2].low == "as")
        )
        if says or (before not in ("a", "an", "the") and before not in lx.POSSESSIVES):
            continue
        noun = ""
        for index, word in enumerate(clause[start : start + 4], start):
            acting = noun and is_verb(word) and (word.low in lx.IRREGULAR or word.low.endswith(("s", "ed")))
            plain = (
                word.text.isalpha()
                and word.text.islower()
                and word.low not in lx.SMALL | lx.ORDER | {"second", "third"}
            )
            if not plain or index in given or acting:
                break
            noun = word.low
        if noun:
            yield noun


# ---- within the limits ----


def summarize(task: Task, fits: Callable[[str], bool], count: Callable[[str], int]) -> str:
    """The summary: the facts of the conversation, or only its topics where the prompt names nothing to keep.

    fits says whether a text is within the reply limit of the request, count gives its tokens.
    """
    facts = (_facts(task) if task.keeps else _topics(task.messages)) or [Fact(nothing_to_keep(task.sent), 0)]

    uncut = Rules({slot: value for slot, value in task.style.slots.items() if slot not in ("words", "sentences")})

    def allowed(text: str) -> bool:
        text = styled(text, uncut)
        sizes = {"word": lambda: len(text.split()), "character": lambda: len(text), "token": lambda: count(text)}
        return all(size() <= task.limits[unit] for unit, size in sizes.items() if unit in task.limits) and fits(text)

    heaviest = sorted(range(len(facts)), key=lambda n: (-facts[n].weight, n))
    low, high = 0, len(facts)
    while low < high:  # how many of the heaviest fit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if allowed(_written(facts, heaviest[:middle], task)) else (low, middle - 1)
    chosen = heaviest[:low]
    for extra in heaviest[low + 1 : low + 12]:  # and which smaller ones beside them
        if allowed(_written(facts, [*chosen, extra], task)):
            chosen.append(extra)
    if chosen:
        return _written(facts, chosen, task)
    spoken = facts[heaviest[0]].text.split()
    return next((cut for n in range(len(spoken), 0, -1) if allowed(cut := " ".join(spoken[:n]))), "")


def _written(facts: Sequence[Fact], chosen: Sequence[int], task: Task) -> str:
    """The chosen facts in their order as sentences, or as so many sentences, lines or bullets as are allowed."""
    told = [facts[n].text for n in sorted(chosen)]
    if "sentence" in task.limits:
        told = [TITLE.sub(r"\1", text) for text in told]
    bullets = "bullet" in task.limits or re.search(r"\bbullet", task.prompt, re.I)
    by_line = bullets or "line" in task.limits or re.search(r"\bone per line\b", task.prompt, re.I)
    most = min(task.limits.get(unit, len(told)) for unit in ("bullet", "line", "sentence"))
    size = -(-len(told) // max(most, 1)) or 1
    groups = [told[n : n + size] for n in range(0, len(told), size)]
    told_as_one = (
        "; ".join(inside(t) if n else t for n, t in enumerate(x.removesuffix(".") for x in g)) for g in groups
    )
    lines = [whole(text) for text in told_as_one]
    return "\n".join(f"- {line}" if bullets else line for line in lines) if by_line else " ".join(lines)
