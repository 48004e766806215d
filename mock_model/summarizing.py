"""Summarising: what a conversation said, in fewer words. What the prompt asks to keep is kept; what it does not, is lost.

A prompt that names nothing to keep ("Summarize the conversation.") gets what such prompts often get: the topics, without the
names and the numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mock_model import lexicon as lx
from mock_model.clauses import is_question
from mock_model.instructions import NUMBERS, QUOTED, instructing_text
from mock_model.language import Word, as_sentence, is_verb, join, sentences, words
from mock_model.phrases import is_name
from mock_model.reading import Statement, read
from mock_model.transcript import LABEL, text_of, utterances
from mock_model.values import values

ASKED = re.compile(
    r"\b(?:summari[sz]e|condense|compress|sum up|boil (?:it |this )?down|tl;?dr|(?:write|give|make|create|produce|provide|update|extend|return|output|draft)"
    r" (?:me |us )?(?:a|an|the|one|your)? ?(?:\w+[ -]){0,3}(?:summary|recap)|(?:merge|fold|combine) .{0,60}summary|recap (?:the|our|this|what))\b", re.I)  # fmt: skip
TELLING = re.compile(r"\b(?:i|we|to|you) (?:\w+ )?(?:have|had|need|want|must|asked|was|were)\b.{0,20}\bto summari[sz]e\b", re.I)
KEEP = re.compile(
    r"\b(names?|people|numbers?|figures?|amounts?|prices?|budgets?|dates?|times?|deadlines?|places?|decisions?|decided|preferences?|facts?|details?|specifics?"
    r"|corrections?|questions?|allerg\w+|constraints?|requirements?|commitments?|plans?|goals?|important|essential|key|who|where|when|everything|concrete)\b", re.I)
PREVIOUS = re.compile(
    r"(?:(?:previous|existing|earlier|current|prior|old|running) summary|summary so far|summary of (?:the )?(?:earlier |previous )?(?:conversation|messages)"
    r"(?: so far)?)[^:\n]{0,40}:\s*", re.I)
OPENING = re.compile(r"(?:(?:new |recent |latest |older |following )?(?:conversation|transcript|messages|dialogue|dialog|chat|history|turns|text|lines))[^:\n]{0,40}:\s*$", re.I | re.M)
LIMIT = re.compile(
    r"\b(?:(?:in|at most|no more than|up to|under|within|below|fewer than|less than|maximum(?: of)?|max\.?|about|around|exactly|than|to) )?(?:\b(?:one|to|a single) )?"
    r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten|a single)(?:[ -](?:short|brief|concise))?[ -](words?|sentences?|tokens?|bullet points?|bullets|lines)\b", re.I)


@dataclass(frozen=True)
class Task:
    """What is to be summarised, and how."""

    prompt: str
    messages: tuple[dict, ...]  # the conversation, the previous summary first
    limits: dict[str, int]  # words, sentences, tokens, bullets
    keeps: bool  # the prompt names what to keep


def summary_task(messages: Sequence[dict]) -> Task | None:
    """The summary that the last message, or a system message before it, asks for; None when none is asked for."""
    last = messages[-1]
    if last["role"] != "user":
        return None
    text = text_of(last)
    orders = [instructing_text(m) for m in messages if m["role"] in ("system", "developer")]
    ordered = [o for o in orders if _asks(_without_summaries(o))]
    own, material = _split(text)
    if _asks(own):
        prompt = "\n".join([own, *ordered])
    elif ordered and material:
        prompt = "\n".join(ordered)
    elif ordered and text.strip():
        prompt, material = "\n".join(ordered), text
    else:
        return None
    quoted = _conversation(material)
    before = list(messages[:-1]) if not any(m["role"] == "user" or m["content"] for m in quoted) else []
    earlier = [m for m in before if not (m["role"] in ("system", "developer") and (text_of(m) in orders and _asks(text_of(m))))]
    previous = _previous(text) + [p for o in ordered for p in _previous(o)]
    limits = {m.group(2).lower().rstrip("s").replace("bullet point", "bullet"): NUMBERS.get(m.group(1).lower()) or int(m.group(1))
              for m in LIMIT.finditer(prompt)}
    return Task(prompt, tuple([*previous, *earlier, *quoted]), limits, bool(KEEP.search(prompt)))


def _asks(text: str) -> bool:
    return bool(ASKED.search(text)) and not TELLING.search(text) and not re.match(r"\s*summary\b", text, re.I)


def _without_summaries(text: str) -> str:
    return re.sub(r"(?im)^\W*(?:summary|previous summary|summary of)[^\n]*:.*$", "", text)


def _split(text: str) -> tuple[str, str]:
    """A message that asks for a summary, as its prompt and the material in it."""
    block = QUOTED.search(text)
    if block and len(block.group()) > 20:
        return QUOTED.sub("", text), "\n".join(re.sub(r"^```\w*|```$|^<[^>]*>|</[^>]*>$", "", m.group()).strip() for m in QUOTED.finditer(text)
                                                if not PREVIOUS.search(text[max(0, m.start() - 60):m.start()]))
    listed = re.search(r"\[\s*\{.*\}\s*\]", text, re.S)
    if listed:
        return text[: listed.start()] + text[listed.end():], listed.group()
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if LABEL.match(line) and not PREVIOUS.match(line):
            return "\n".join(lines[:index]), "\n".join(lines[index:])
    opening = OPENING.search(text)
    if opening:
        return text[: opening.start()], text[opening.end():]
    first, _, rest = text.partition("\n\n")
    if rest.strip() and _asks(first):
        return first, rest
    head, colon, rest = text.partition(":")
    if colon and len(rest) > 40 and _asks(head):
        return head, rest
    return text, ""


def _conversation(material: str) -> list[dict]:
    """The messages of a transcript: JSON, or lines "user: …", or plain text, which a user wrote."""
    if not material.strip():
        return []
    try:
        listed = json.loads(material)
        return [{"role": m.get("role", "user"), "content": text_of(m)} for m in listed if isinstance(m, dict) and m.get("content")]
    except (ValueError, TypeError, AttributeError):
        return [{"role": role, "content": text} for role, text in utterances("user", material)]


def _previous(text: str) -> list[dict]:
    """The earlier summary that a prompt hands over."""
    found = PREVIOUS.search(text)
    if not found:
        return []
    rest = text[found.end():].lstrip()
    block = QUOTED.match(rest)
    if block:
        said = re.sub(r"^```\w*|```$|^<[^>]*>|</[^>]*>$", "", block.group()).strip()
    else:
        said = re.split(r"\n\s*\n|\n(?=\s*(?:user|assistant|human)\s*:)|\n(?=[^\n]{0,60}(?:conversation|transcript|messages|turns)[^\n]{0,40}:)", rest, maxsplit=1, flags=re.I)[0].strip()
    if not said or re.fullmatch(r"\W*(?:none|empty|nothing|n/?a)?(?: yet| so far)?\W*", said, re.I):
        return []
    return [{"role": "system", "content": said}]


def summarize(task: Task, fits: Callable[[str], bool], count: Callable[[str], int]) -> str:
    """The summary: the facts of the conversation, or only its topics where the prompt names nothing to keep.

    fits says whether a text is within the reply limit of the request, count gives its tokens.
    """
    notes = read(task.messages)
    facts = _facts(notes.statements)
    if not task.keeps:
        facts = _topics_only(facts, notes.statements)
    elif re.search(r"question", task.prompt, re.I):
        facts += _open_question(task.messages)
    if not facts:
        return "Nothing has been said yet that needs to be kept."
    chosen = list(range(len(facts)))
    order = sorted(chosen, key=lambda i: facts[i][1])  # the least important first
    while True:
        text = _written([facts[i][0] for i in chosen], task.limits)
        within = fits(text) and len(text.split()) <= task.limits.get("word", 10**9) and count(text) <= task.limits.get("token", 10**9)
        if within or len(chosen) == 1:
            break
        chosen.remove(order.pop(0))
    limit = task.limits.get("word")
    return " ".join(text.split()[:limit]) if limit else text


def _written(facts: Sequence[str], limits: dict[str, int]) -> str:
    """Facts as sentences, or as so many sentences or bullets as are allowed."""
    bullets = limits.get("bullet") or limits.get("line")
    most = bullets or limits.get("sentence") or len(facts)
    groups = [facts[len(facts) * n // most: len(facts) * (n + 1) // most] for n in range(min(most, len(facts)))] if most < len(facts) else [[f] for f in facts]
    written = [as_sentence("; ".join(f.rstrip(".") for f in group)) for group in groups if group]
    return "\n".join("- " + w for w in written) if bullets else " ".join(written)


def _facts(statements: Sequence[Statement]) -> list[tuple[str, tuple]]:
    """What is worth keeping, in order, each with its importance: what users said, what has names and numbers, the newer."""
    latest: dict[tuple, int] = {}
    for index, statement in enumerate(statements):
        if not statement.superseded and _matters(statement):
            latest[_about(statement)] = index
    found = []
    for index in sorted(latest.values()):
        statement = statements[index]
        solid = len(values(statement.words)) + sum(is_name(w, i == 0) for i, w in enumerate(statement.words))
        owned = any(w.owner == "you" or w.low == "you" for w in statement.words)
        found.append((third_person(statement.words), (statement.role != "assistant", owned, min(solid, 2), index)))
    return found


def _about(statement: Statement) -> tuple:
    """What a statement is about, without its values: of two that are about the same the later one is kept."""
    spent = {i for v in values(statement.words) for i in range(v.start, v.end)}
    kept = frozenset(
        w.lemma for i, w in enumerate(statement.words)
        if i not in spent and not is_name(w, i == 0) and w.low not in ("a", "an", "the", "now", "also", "is", "are", "was", "to"))
    return (statement.role == "assistant", kept) if spent or len(kept) > 2 else (statement.text,)


def _matters(statement: Statement) -> bool:
    """Whether a statement holds a fact: small talk and what the model says about itself do not."""
    content = [w for w in statement.words if w.low not in lx.SMALL and w.text[0].isalnum()]
    if not content:
        return False
    if statement.role == "assistant":
        return bool(values(statement.words) or any(is_name(w, i == 0) for i, w in enumerate(statement.words))) and not (
            {"i", "me"} & {w.low for w in statement.words} and "not" in {w.low for w in statement.words})
    return statement.role != "tool" or len(content) > 1


def _topics_only(facts: list, statements: Sequence[Statement]) -> list[tuple[str, tuple]]:
    """The topics of a conversation, without names, numbers and dates."""
    topics: list[str] = []
    for statement in statements:
        spent = {i for v in values(statement.words) for i in range(v.start, v.end)}
        for i, word in enumerate(statement.words):
            if statement.role == "user" and word.owner and i not in spent and word.text.islower() and not is_verb(word) and word.low not in topics:
                topics.append(word.low)
    named = " and ".join(topics[:3]) if len(topics) < 3 else f"{', '.join(topics[:2])} and {topics[2]}"
    if not facts:
        return []
    about = f"talked about the user's {named}" if topics else "talked about the user's plans"
    return [(f"The user and the assistant {about}, and the assistant helped.", (0,))]


def _open_question(messages: Sequence[dict]) -> list[tuple[str, tuple]]:
    """The question that ends the conversation, if nobody has answered it."""
    if not messages or messages[-1]["role"] != "user":
        return []
    asking = [s for s in sentences(text_of(messages[-1])) if is_question(s)]
    return [(f"Open question: {asking[-1]}", (True, True, 2, 10**6))] if asking else []


def third_person(clause: Sequence[Word]) -> str:
    """A clause in the model's voice, told to a third: "you live" is "the user lives", "your dog" is "the user's dog"."""
    found: list[str] = []
    subject = False
    for index, word in enumerate(clause):
        text = {"you": "the user", "your": "the user's", "i": "the assistant", "me": "the assistant", "my": "the assistant's",
                "yours": "the user's", "yourself": "themselves"}.get(word.low)
        if text is None:
            text = _third_form(word) if subject else word.text
        if subject and word.low in ("also", "really", "now", "still", "never", "always", "just", "recently", "usually", "only", "both") or word.low.endswith("ly"):
            text = word.text
        else:
            before = clause[index - 1].low if index else ""
            subject = word.low in ("you", "i") and before not in lx.PREPOSITIONS and not (index and is_verb(clause[index - 1]) and before not in ("think", "said", "say"))
        found.append(text if word.glued or not found else " " + text)
    return as_sentence("".join(found))


def _third_form(word: Word) -> str:
    """The third-person form of a plain verb: "live" is "lives"; past forms and helpers stay."""
    low = word.low
    fixed = {"are": "is", "am": "is", "were": "was", "have": "has", "do": "does"}
    if low in fixed:
        return fixed[low]
    if low in lx.AUXILIARIES or low not in lx.VERBS or low in ("cost", "set", "put", "hurt", "read", "let") and False:
        return word.text
    if low.endswith("y") and low[-2] not in "aeiou":
        return word.text[:-1] + "ies"
    return word.text + ("es" if low.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
