"""What the model says: one reply, made from the messages of the request and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mock_model import calling
from mock_model.admitting import no_answer
from mock_model.answering import answer, brief, told
from mock_model.api.catalogue import MODELS
from mock_model.api.completion import Reply
from mock_model.api.tokens import count_text
from mock_model.beyond import asks_for_said, is_beyond, wants_made
from mock_model.filling import Source, any_object, fill
from mock_model.instructions import Rules, forbids, prescribed, rules, styled
from mock_model.language import is_verb, sentences
from mock_model.questions import Question, questions
from mock_model.quoting import without_lists
from mock_model.reading import Notes, read
from mock_model.summarizing import summarize, summary_task
from mock_model.tasks.extraction import extract, extraction_task
from mock_model.transcript import text_of
from mock_model.travel import PLACE, TRAVELLING, travel_advice

REFUSAL = "I can't share that."
NOTED = "Noted."
HELLO = "Hello! What would you like to talk about?"
EMPTY = "Your message is empty. What would you like to say?"
SELF = (
    "I'm the workbook's offline model: a small rule-based stand-in for a language model. "
    "I answer only from the messages in each request, and I can summarise them."
)
CANNOT = (
    "I can't do that: I'm a small rule-based stand-in for a language model. "
    "I can only answer from the messages in this request, or summarise them."
)
TRAVEL = "The place and the season come from the messages."
FINE = "I'm a small program and doing fine, thank you. What would you like to talk about?"
SMALL_TALK = {
    HELLO: re.compile(r"^\W*(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|greetings)\b", re.IGNORECASE),
    "You're welcome!": re.compile(r"^\W*(?:thanks|thank you|thx|cheers|ta|many thanks)\b", re.IGNORECASE),
    "Goodbye!": re.compile(r"^\W*(?:bye|goodbye|see you|good night|farewell|ciao)\b", re.IGNORECASE),
    FINE: re.compile(r"\bhow are you\b|\bhow(?:'s| is) it going\b", re.IGNORECASE),
}
ABOUT_SELF = re.compile(
    r"^\W*help\W*$|\b(?:who|what)(?: exactly)? are you(?: exactly| really)?\s*(?:[?.!,]|$)|\bwhat can you do\b"
    r"|\bhow do you work\b|\bare you (?:an? )?(?:ai|bot|robot|human|real|llm|language model|chatgpt|gpt)\b"
    r"|\bwh(?:at|ich) model (?:are you|is this)\b",
    re.IGNORECASE,
)
ABOUT_ME = re.compile(
    r"\bwh(?:at|ich)(?: \w+){0,2} (?:do|did|have) you (?:know|learn(?:ed)?|remember) (?:so far )?about (?:me|us)\b"
    r"|\bwhat (?:have|did) (?:i|we) (?:told|tell|say|said|mention(?:ed)?)(?: to)?(?: you)?(?: so far)?\s*\?"
    r"|\b(?:list|tell me|repeat|show) (?:all |everything )?(?:the facts|what|everything|all) (?:that )?"
    r"(?:you know|i(?:'ve| have)? (?:told|said))",
    re.IGNORECASE,
)
SAY_AGAIN = re.compile(
    r"^\W*(?:and |sorry,? |wait,? )*what (?:did you|have you) (?:just )?(?:say|said|answer|tell me|told me)(?: to me)?"
    r"(?: just now| before)?\W*$|^\W*(?:please )?(?:say|repeat) (?:that|it|your (?:last )?(?:answer|reply))(?: again)?\W*$",
    re.IGNORECASE,
)
ADVICE = re.compile(
    r"\b(?:recommend|suggest|advi[cs]e)|\b(?:which|what|where)\b.*\b(?:should|could|can|shall|would) (?:i|we|you)\b",
    re.I,
)

ECHO = re.compile(r"(?:give|show|tell|find|list|repeat|explain|read)\b", re.IGNORECASE)


def reply_to(body: dict, fits: Callable[[str], bool]) -> Reply:
    """The reply to a validated request. fits says whether a text is within the reply limit of the request."""
    messages = body["messages"]
    found = rules(messages)
    thought = f"I was sent {len(messages)} message{'s' * (len(messages) != 1)} and know nothing else. "
    reasons = body.get("reasoning_effort") not in (None, "none")
    if calls := calling.calls_for(body):
        return Reply(None, calls, thought + "A function can answer this." if reasons else "")
    if (form := body.get("response_format")) and form["type"] != "text":
        return Reply(_as_json(form, body, found, fits), (), f"{thought}I am asked for JSON." if reasons else "")
    if facts := extraction_task(messages):  # data for a program: no wish of anybody words it
        return Reply(extract(facts, fits), (), thought + "I am asked for facts." if reasons else "")
    text, why = _say(messages, found, fits, MODELS[body["model"]].encoding)
    return Reply(styled(text, found), (), thought + why if reasons else "")


def _as_json(form: dict, body: dict, found: Rules, fits: Callable[[str], bool]) -> str:
    """The reply as JSON: wishes how to word it hold for the texts in it, not for the whole."""
    messages, encoding = body["messages"], MODELS[body["model"]].encoding
    source = Source(messages, found, lambda: styled(_say(messages, found, fits, encoding)[0], found))
    return fill(form["json_schema"]["schema"], source) if form["type"] == "json_schema" else any_object(source, fits)


def _say(messages: Sequence[dict], found: Rules, fits: Callable[[str], bool], encoding: str) -> tuple[str, str]:
    """The words of the reply, and in a sentence why."""
    last = messages[-1]
    if last["role"] == "tool":
        return calling.from_results(messages), "The functions have answered, so I say what they said."
    if last["role"] != "user":
        return NOTED if any(m["role"] == "user" for m in messages) else HELLO, "The last message asks nothing."
    asked = without_lists(text_of(last), notes_only=True)
    if not text_of(last).strip():
        return EMPTY, "The last message is empty."
    task = summary_task(messages)
    if task is not None:
        return summarize(task, fits, lambda text: count_text(text, encoding)), "I am asked for a summary."
    if (fixed := prescribed(found, asked)) is not None:
        return fixed, "An instruction says what to reply."
    if forbids(found, asked):
        return REFUSAL, "An instruction forbids me to tell."
    return _converse(asked, messages, found)


def _converse(asked: str, messages: Sequence[dict], found: Rules) -> tuple[str, str]:
    """Answer a question from the messages, or a remark with a word."""
    notes, short = read(messages), "words" in found.slots
    if SAY_AGAIN.search(asked):
        said = [text_of(m) for m in messages if m["role"] == "assistant" and text_of(m)]
        return said[-1] if said else no_answer(messages), "I am asked for my last words."
    if ABOUT_ME.search(asked):
        return told(notes) or no_answer(messages), "I am asked what I was told."
    made = [sentence for sentence in sentences(asked) if wants_made(sentence) and not _plans(sentence)]
    asking = questions(" ".join(s for s in sentences(asked) if s not in made) if made else asked, notes.topics)
    general = not any(_things(q) - {"trip", "season", "good", "time"} for q in asking)  # "When should I visit?"
    if general and (advice := travel_advice(asked, messages)):
        return advice, TRAVEL
    replies = [(brief(q, notes) if short else None) or answer(q, notes) for q in asking]
    replies = [None if r and _is_echo(r, asked) else r for r in replies]
    if not any(replies) and (advice := travel_advice(asked, messages)):
        return advice, TRAVEL
    if known := list(dict.fromkeys(r for r in replies if r)):
        missing = [] if all(replies) else [no_answer(messages)]
        return " ".join([*known, *([CANNOT] if made else missing)]), "The messages hold the answer."
    if "recommended" in found.slots and ADVICE.search(asked):
        return f"I recommend {found.slots['recommended']}.", "An instruction says what to recommend."
    if ABOUT_SELF.search(asked):
        return SELF, "I am asked about myself."
    if talk := _small_talk(asked, bool(asking)):
        return talk, "This is small talk."
    if made or is_beyond(asked, messages):
        return CANNOT, "I cannot do this."
    if asking or asks_for_said(asked):
        return no_answer(messages), "No message holds the answer."
    if PLACE.search(asked) and TRAVELLING.search(asked):
        return _acknowledge(asked, notes), "I am told where somebody goes."
    return _acknowledge(asked, notes), "I am told something."


def _is_echo(reply: str, asked: str) -> bool:
    """Whether the request itself was read as something told: "Give you your number." for "Give me my number."."""
    order = ECHO.match(reply)
    return bool(order and re.search(rf"\b{order[0]}\b", asked, re.I))


def _plans(sentence: str) -> bool:
    """Whether it tells of a journey that somebody plans: "Help me plan a trip to Japan."."""
    return bool(re.search(r"\bplan\b", sentence, re.I) and PLACE.search(sentence) and TRAVELLING.search(sentence))


def _things(question: Question) -> set[str]:
    """The things that a question names, places of the world left out."""
    return {t.lemma for t in question.terms if t.low != "you" and not is_verb(t) and not PLACE.search(t.text)}


def _small_talk(asked: str, asks: bool) -> str | None:
    """The reply to a greeting, thanks or a farewell that says no more than that."""
    if len(asked.split()) > 6:
        return None
    return next(
        (reply for reply, sign in SMALL_TALK.items() if sign.search(asked) and (reply == FINE or not asks)), None
    )


def _acknowledge(asked: str, notes: Notes) -> str:
    """A word of assent; after a correction it says how the fact stands now."""
    last = notes.statements[-1] if notes.statements else None
    if last and last.correcting and any(s.superseded for s in notes.statements):
        return f"Corrected: {last.text[0].lower() + last.text[1:]}"
    place = PLACE.search(asked)
    if place:
        return (
            f"{place.group().title() if place.group().islower() else place.group()}, good. What would you like to know?"
        )
    return NOTED
