"""Reply: what the model says to a request, made from its messages and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mock_model.api.catalogue import Model
from mock_model.api.completion import Reply
from mock_model.api.families import chat_model
from mock_model.api.functions import callable_functions
from mock_model.api.tokens import count_text
from mock_model.finding.asking import Question, questions
from mock_model.finding.brief import brief
from mock_model.finding.features import ADDRESSED
from mock_model.finding.ranking import find, is_order
from mock_model.finding.saying import NOTES, SPEAKERS, quoted, said_again
from mock_model.sentences.lists import phrases
from mock_model.sentences.quoting import without_lists
from mock_model.sentences.reading import Said, read
from mock_model.sentences.remembering import remembered
from mock_model.sentences.transcript import text_of
from mock_model.sentences.voice import turned
from mock_model.sentences.words import sentences
from mock_model.tasks import calls
from mock_model.tasks.admitting import admits, nearest, no_answer
from mock_model.tasks.asked_about import asked_about
from mock_model.tasks.automated import question_again, taken_over
from mock_model.tasks.beyond import asks_for_said, is_beyond
from mock_model.tasks.clock import time_told
from mock_model.tasks.extraction import extract, extraction_task
from mock_model.tasks.field_form import filled
from mock_model.tasks.filling import Source, any_object, fill, shown_schema
from mock_model.tasks.listing import listed, listing_task
from mock_model.tasks.notes_behind import question_last
from mock_model.tasks.orders import own_words
from mock_model.tasks.picking import picked
from mock_model.tasks.results import from_results
from mock_model.tasks.standalone import standalone
from mock_model.tasks.steps import step
from mock_model.tasks.summary import is_summed_up, summarize, summary_task
from mock_model.tasks.thinking import Calls, sent, thoughts
from mock_model.tasks.travel import PLACE, travel_advice
from mock_model.tasks.wording import Rules, forbids, prescribed, rules, styled, unsized

REFUSAL = "I can't share that."
NOTED = "Noted."
FIXED = "An instruction says what to reply."
SUMMARY = "I am asked for a summary."
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
FINE = "I'm a small program and doing fine, thank you. What would you like to talk about?"
SMALL_TALK = {"how are you": FINE, "hello": HELLO, "thanks": "You're welcome!", "bye": "Goodbye!"}
SHORT = 6  # words of small talk, at most
MOST_TOLD = 12  # sentences in an answer to "What do you know about me?"
MOST_ANSWERED = 20  # questions of one message, the last of them: a longer one is a document that somebody pasted
QUOTED = re.compile(
    rf'\b(?:{"|".join(sorted({*SPEAKERS.values(), NOTES}))}): "'
)  # how an answer begins that `saying` gives
BLOCK = re.compile(r"code ?block|```", re.I)
Fits = Callable[[str], bool]


def reply_to(body: dict, fits: Fits) -> Reply:
    """The reply to a validated request. fits says whether a text is within the reply limit of the request."""
    given = body["messages"]
    fixed = _fixed(given)
    for in_form in (step, filled) if fixed is None else ():
        if (written := in_form(body, fits, reply_to)) is not None:
            return written
    body = body | {"messages": given if is_summed_up(given) else question_last(question_again(body))}
    messages, found, called = body["messages"], rules(body["messages"]), calls.calls_for(body)
    if not called:
        body |= {"messages": (messages := taken_over(messages, callable_functions(body)[0]))}
    before = _thought(body, called, found)
    room = (lambda text: fits(f"{before} {text}")) if before else fits  # the reasoning takes its part of the limit

    def said(content: str | None, why: str) -> Reply:
        return Reply(content, called, f"{before} {why}" if before else "")

    if called:
        return said(None, "A function can answer this.")
    if (form := body.get("response_format")) and form["type"] != "text":
        return said(_as_json(form, body, found, room), "I am asked for JSON.")
    if missing := calls.asks_for(body):
        return said(styled(missing, found), "A function needs more than was said.")
    if facts := extraction_task(messages):  # data for a program: no wish of anybody words it
        return said(extract(facts, room), "I am asked for facts.")
    if fixed is None and (asked := listing_task(messages)):
        return said(listed(asked), "I am asked for a list.")
    if fixed is None and (schema := shown_schema(messages)):
        asked = {"type": "json_schema", "json_schema": {"schema": schema}}
        text = _as_json(asked, body, found, room)
        return said(f"```json\n{text}\n```" if BLOCK.search(text_of(messages[-1])) else text, "I am asked for JSON.")
    text, why = (fixed, FIXED) if fixed is not None else _say(messages, found, room, _model_of(body).encoding)
    return said(styled(text, unsized(found) if why == SUMMARY else found), why)


def _fixed(messages: Sequence[dict]) -> str | None:
    """The reply that the instructions prescribe whatever the user's last message asks for."""
    return (
        rules([m for m in messages if m["role"] != "user"]).slots.get("only")
        if messages[-1]["role"] == "user"
        else None
    )


def _model_of(body: dict) -> Model:
    model = chat_model(body["model"])
    assert model is not None, "the request was checked"
    return model


def _thought(body: dict, called: Calls, found: Rules) -> str:
    """What is thought before the reply, at the effort in force: much by a model whose reasoning comes back."""
    messages = body["messages"]
    if body.get("reasoning_effort") in (None, "none"):
        return ""
    if not _model_of(body).wants_reasoning_back:
        return sent(messages)
    asking = questions(text_of(messages[-1])) if messages[-1]["role"] == "user" else ()
    return thoughts(body, called, heard(messages, asking), found)


def _as_json(form: dict, body: dict, found: Rules, fits: Fits) -> str:
    """The reply as JSON: wishes how to word it hold for the texts in it, not for the whole."""
    messages, encoding = body["messages"], _model_of(body).encoding
    source = Source(messages, found, lambda: styled(_say(messages, found, fits, encoding)[0], found))
    return fill(form["json_schema"]["schema"], source) if form["type"] == "json_schema" else any_object(source, fits)


def _say(messages: Sequence[dict], found: Rules, fits: Fits, encoding: str) -> tuple[str, str]:
    """The words of the reply, and in a sentence why."""
    last = messages[-1]
    if last["role"] == "tool":
        return from_results(messages), "The functions have answered, so I say what they said."
    if last["role"] == "user" and not text_of(last).strip():
        return EMPTY, "The last message is empty."
    asked = without_lists(text_of(last), notes_only=True)
    secret = last["role"] == "user" and forbids(found, own_words(asked))
    if not secret and (name := picked(messages, found)) is not None:
        return name, "I am asked for one name of a list."
    if (task := summary_task(messages)) is not None:
        return summarize(task, fits, lambda text: count_text(text, encoding)), SUMMARY
    if last["role"] != "user":
        return NOTED if any(m["role"] == "user" for m in messages) else HELLO, "The last message asks nothing."
    if not secret and (question := standalone(messages)) is not None:
        return question, "I am asked to put a question so that it can be asked alone."
    if (fixed := prescribed(found, asked)) is not None:
        return fixed, FIXED
    if forbids(found, asked):
        return REFUSAL, "An instruction forbids me to tell."
    return _converse(asked, messages, found)


def _converse(asked: str, messages: Sequence[dict], found: Rules) -> tuple[str, str]:
    """Answer a question from the messages, or a remark with a word."""
    wishes = [sentence for sentence in sentences(asked) if is_beyond(sentence, messages)]
    asking = questions("\n".join(sentence for sentence in sentences(asked) if sentence not in wishes))[-MOST_ANSWERED:]
    conversation = heard(messages, asking)
    kinds = _kinds(asked)
    if "say again" in kinds:
        said = [text_of(m) for m in messages if m["role"] == "assistant" and text_of(m)]
        return said[-1] if said else no_answer(messages), "I am asked for my last words."
    if about := asked_about(asked, messages):
        return about, "I am asked what I was asked about."
    if time := time_told(asked, conversation):
        return time, "A message says what time it is."
    if "about me" in kinds:
        return _told(conversation) or no_answer(messages), "I am asked what I was told."
    if advice := travel_advice(asked, messages):
        return advice, "The place and the season come from the messages."
    if "about the model" in kinds:
        return _about_model(messages), "I am asked about myself."
    short = "words" in found.slots
    answers = [answer(question, conversation, messages, short) for question in asking]
    if any(answers):
        missing = [CANNOT] if wishes else [] if all(answers) else [no_answer(messages)]
        return " ".join([*dict.fromkeys(a for a in answers if a), *missing]), "The messages hold the answer."
    if "recommended" in found.slots and phrases("asks for advice").search(asked):
        return f"I recommend {found.slots['recommended']}.", "An instruction says what to recommend."
    if talk := _small_talk(asked, bool(asking)):
        return talk, "This is small talk."
    if wishes:
        return CANNOT, "I cannot do this."
    if asking or asks_for_said(asked):
        return no_answer(messages), "No message holds the answer."
    if place := PLACE.search(asked):
        return (
            f"{place[0].title() if place[0].islower() else place[0]}, good. What would you like to know?",
            "I am told of a place.",
        )
    return NOTED, "I am told something."


@remembered(256)
def _kinds(asked: str) -> frozenset[str]:
    """Of which kinds a message is that are answered in a way of their own."""
    return frozenset(kind for kind in ("say again", "about me", "about the model") if phrases(kind).search(asked))


def answer(question: Question, conversation: Sequence[Said], messages: Sequence[dict], short: bool) -> str | None:
    """What was said that answers, or the nearest to it; None where nothing shares anything with the question."""
    found = find(question, conversation)
    if not found.told:
        return None
    if short and found.sure and (value := brief(question, found.told[0])):
        return value
    text = said_again(found, conversation)
    return text if found.sure else nearest(text, messages)


def heard(messages: Sequence[dict], asking: Sequence[Question] = ()) -> list[Said]:
    """What was said in a conversation, without the questions that are asked now and without the model's own echoes."""
    said = read(messages)
    told = {text for one in said if one.role != "assistant" and (text := turned(one))}
    now = [one for one in said if one.message == len(messages) - 1 and any(q.text in one.text for q in asking)]
    return [
        one
        for one in said
        if one not in now
        and not (one.role == "assistant" and (one.text in told or admits(one.text) or _echoes(one.text)))
    ]


def _echoes(text: str) -> bool:
    """Whether a sentence of the model's only quotes what was said to it; a summary tells what is said nowhere else."""
    return text == NOTED or bool(QUOTED.search(text))


def _told(conversation: Sequence[Said]) -> str:
    """What was said about the user, a sentence each: the newest of it."""
    about = [one for one in conversation if one.role != "assistant" and not one.sentence.asks and not is_order(one)]
    about = [one for one in about if one.role == "notes" or one.sentence.about]
    told = [turned(one) or quoted([one]) for one in about]
    return " ".join(dict.fromkeys(told[-MOST_TOLD:]))


def _about_model(messages: Sequence[dict]) -> str:
    """What the instructions call the model ("You are Ada."), else what it is."""
    named = [
        s for s in read(messages) if s.role in ("system", "developer") and ADDRESSED.match(s.text) and s.sentence.values
    ]
    return quoted(named[:1]) if named else SELF


def _small_talk(asked: str, asks: bool) -> str | None:
    """The reply to a greeting, thanks or a farewell that says no more than that."""
    if len(asked.split()) > SHORT:
        return None
    return next(
        (said for name, said in SMALL_TALK.items() if phrases(name).match(asked) and (said == FINE or not asks)), None
    )
