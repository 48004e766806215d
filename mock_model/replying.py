"""What the model says: one reply, made from the messages of the request and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mock_model import calling
from mock_model.answering import UNKNOWN, answer, brief, told
from mock_model.catalogue import MODELS
from mock_model.instructions import Rules, forbids, prescribed, rules, styled
from mock_model.language import sentences
from mock_model.questions import questions
from mock_model.reading import Notes, read
from mock_model.summarizing import summarize, summary_task
from mock_model.tokens import count_text
from mock_model.transcript import text_of
from mock_model.travel import PLACE, travel_advice

REFUSAL = "I can't share that."
SELF = (
    "I'm the workbook's offline model: a small rule-based stand-in for a language model. "
    "I answer only from the messages in each request, and I can summarise them."
)
CANNOT = "I can't do that: I'm a small offline model, and I can only answer from the messages in this request or summarise them."
NOTED = "Noted."
SMALL_TALK = (
    (re.compile(r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|greetings)\b", re.I), "Hello! What would you like to talk about?"),
    (re.compile(r"^\W*(?:thanks|thank you|thx|cheers|ta|many thanks)\b", re.I), "You're welcome!"),
    (re.compile(r"^\W*(?:bye|goodbye|see you|good night|farewell|ciao)\b", re.I), "Goodbye!"),
    (re.compile(r"\bhow are you\b|\bhow(?:'s| is) it going\b", re.I), "I'm a small program and doing fine, thank you. What would you like to talk about?"),
)  # fmt: skip
ABOUT_SELF = re.compile(
    r"\b(?:who|what)(?: exactly)? are you(?: exactly| really)?\s*(?:[?.!,]|$)|\bwhat can you do\b|\bare you (?:an? )?(?:ai|bot|robot|human|real|llm|language model|chatgpt|gpt)\b|\bwhat model are you\b"
    r"|\bwhich model (?:are you|is this)\b|\bhow do you work\b", re.I)  # fmt: skip
ABOUT_ME = re.compile(
    r"\bwhat (?:do|did|have) you (?:know|learn(?:ed)?|remember) (?:so far )?about (?:me|us)\b|\bwhat (?:have|did) (?:i|we) (?:told|tell|say|said|mention(?:ed)?)(?: to)?(?: you)?"
    r"(?: so far)?\s*\?|\b(?:list|tell me|repeat|show) (?:all |everything )?(?:the facts|what|everything|all) (?:that )?(?:you know|i(?:'ve| have)? (?:told|said))", re.I)
REQUEST = re.compile(
    r"^\W*(?:please |can you |could you |would you |will you )*(?:write|compose|draw|translate|calculate|compute|generate|create|code|explain|tell me a|sing|imagine|pretend"
    r"|help me|give me|show me|make|suggest|draft|plan|find|search|look up|book|order|send|call|open|play)\b", re.I)  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """A reply before limits cut it: its text, the functions it calls with their arguments, and its reasoning."""

    content: str | None
    tool_calls: tuple[tuple[str, dict], ...] = ()
    reasoning: str = ""


def reply_to(body: dict, fits: Callable[[str], bool]) -> Reply:
    """The reply to a validated request. fits says whether a text is within the reply limit of the request."""
    messages = body["messages"]
    found = rules(messages)
    thought = f"I was sent {len(messages)} message{'s' * (len(messages) != 1)} and know nothing else. "
    reasons = body.get("reasoning_effort") not in (None, "none")
    calls = calling.calls_for(body)
    if calls:
        return Reply(None, calls, thought + "A function can answer this." if reasons else "")
    text, why = _say(messages, found, fits, MODELS[body["model"]].encoding)
    return Reply(styled(text, found), (), thought + why if reasons else "")


def _say(messages: Sequence[dict], found: Rules, fits: Callable[[str], bool], encoding: str) -> tuple[str, str]:
    """The words of the reply, and in a sentence why."""
    last = messages[-1]
    if last["role"] == "tool":
        return calling.from_results(messages), "The functions have answered, so I say what they said."
    if last["role"] != "user":
        return (NOTED if any(m["role"] == "user" for m in messages) else "Hello! What would you like to talk about?"), "The last message asks nothing."
    asked = text_of(last)
    if not asked.strip():
        return "Your message is empty. What would you like to say?", "The last message is empty."
    task = summary_task(messages)
    if task is not None:
        return summarize(task, fits, lambda text: count_text(text, encoding)), "I am asked for a summary."
    if (fixed := prescribed(found, asked)) is not None:
        return fixed, "An instruction says what to reply."
    if forbids(found, asked):
        return REFUSAL, "An instruction forbids me to tell."
    return _converse(asked, messages, found)


def _converse(asked: str, messages: Sequence[dict], found: Rules) -> tuple[str, str]:
    notes = read(messages)
    if ABOUT_ME.search(asked):
        return told(notes) or UNKNOWN, "I am asked what I was told."
    advice = travel_advice(asked, messages)
    if advice:
        return advice, "The place and the season come from the messages."
    asking = questions(asked, notes.topics)
    if asking:
        short = found.slots.get("words")
        replies = [(brief(q, notes) if short else None) or answer(q, notes) for q in asking]
        known = [r for r in replies if r]
        if known:
            return " ".join([*dict.fromkeys(known), *([UNKNOWN] if len(known) < len(replies) else [])]), "The messages hold the answer."
        if ABOUT_SELF.search(asked):
            return SELF, "I am asked about myself."
    for pattern, reply in SMALL_TALK:
        if pattern.search(asked) and len(asking) <= 1 and (not asking or "how" in pattern.pattern) and len(sentences(asked)) <= 2 and not _tells(asked, notes):
            return reply, "This is small talk."
    if asking:
        return UNKNOWN, "No message holds the answer."
    if REQUEST.search(asked):
        return CANNOT, "I cannot do this."
    return _acknowledge(asked, notes), "I am told something."


def _tells(asked: str, notes: Notes) -> bool:
    """Whether the last message states something."""
    return len(asked.split()) > 6


def _acknowledge(asked: str, notes: Notes) -> str:
    """A word of assent; after a correction it says how the fact stands now."""
    last = notes.statements[-1] if notes.statements else None
    if last is not None and last.correcting and any(s.superseded for s in notes.statements):
        return f"Corrected: {last.text[0].lower() + last.text[1:]}"
    place = PLACE.search(asked)
    if place:
        return f"{place.group().title() if place.group().islower() else place.group()}, good. What would you like to know?"
    return NOTED
