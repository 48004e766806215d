"""Listing: what a text names, the people, the places, the dates, listed in the form that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mock_model.finding.asking import Question
from mock_model.sentences.lists import phrases
from mock_model.sentences.reading import is_question
from mock_model.sentences.remembering import remembered
from mock_model.sentences.stems import base
from mock_model.sentences.transcript import text_of
from mock_model.sentences.words import sentences
from mock_model.tasks.handover import STRONG, Handed, handed
from mock_model.tasks.list_form import FILE, ListForm, list_form
from mock_model.tasks.taking import of_its_kind, valued, written

ASKED, NAMES, LAST = (phrases(name, FILE) for name in ("asked", "names", "last line"))
LEAD = re.compile(
    r"\A\W*(?:\d+\W+)?(?:(?:please|now|then|you (?:must|should|will|are to)|your (?:task|job) is(?: to)?|task|from[^,:]{1,60}[,:]"
    r"|(?:can|could|would|will) you)\W*)*\Z",
    re.I,
)
KINDS = {"number": ("number", "counted", "year"), "amount": ("money",), "price": ("money",), "colour": ("colour",),
         "color": ("colour",), "year": ("year",), "duration": ("duration",), "time": ("clock",), "phone number": ("phone",),
         "date": ("date", "weekday")}  # fmt: skip
PLACE = re.compile(r"place|location")
Asked = tuple[str, ListForm, Handed]


def listing_task(messages: Sequence[dict]) -> Asked | None:
    """What the last message, or the instructions, ask to list, in which form, and of what; None where they do not."""
    asking = "\n".join(text_of(m) for m in messages if m["role"] in STRONG or m is messages[-1])
    if (
        messages[-1]["role"] != "user"
        or not _speaks_of_lists(asking)
        or not (task := handed(messages, _asks))
        or not task.talk
    ):
        return None
    noun = next(noun for sentence in sentences(task.own) if (noun := _noun(sentence)))
    form = list_form(asking)
    return (noun, form, task) if form else None


@remembered(256)
def _speaks_of_lists(text: str) -> bool:
    return bool(ASKED.search(text))


def _asks(text: str) -> bool:
    """Whether one of the sentences asks, now, for a list of what a text names."""
    return any(map(_noun, sentences(text)))


def _noun(sentence: str) -> str:
    """What a sentence asks to list, as one noun."""
    found = (
        None
        if is_question(sentence) and not sentence.lower().startswith(("can", "could", "would"))
        else ASKED.search(sentence[:500])
    )
    return found["noun"].lower() if found and LEAD.match(sentence[: found.start()]) else ""


def listed(asked: Asked) -> str:
    """The list: each once, in the order in which they are named."""
    noun, form, task = asked
    talk = task.talk[-1:] if LAST.search(task.own) else task.talk
    text = "\n".join(text_of(message) for message in talk)
    return form.write(list(dict.fromkeys(_named(noun, text))))


def _named(noun: str, text: str) -> list[str]:
    """What a text names of a kind."""
    head = " ".join([*noun.split()[:-1], base(noun.split()[-1])])
    if re.search(r"e-?mail", noun):
        return written("email", text)
    found = []
    for sentence in sentences(text):
        if NAMES.search(noun):
            found += [value for kind, value in valued(sentence) if kind == "name"]
        elif head in KINDS:
            found += [value for kind, value in valued(sentence) if kind in KINDS[head]]
        elif PLACE.fullmatch(head):
            found += [value for kind, value in valued(sentence) if kind == "name" and _where(value, sentence)]
        else:
            found += of_its_kind(Question(f"Which {noun}?"), head, sentence, True)
    return found


def _where(name: str, sentence: str) -> bool:
    """Whether something is or goes there: "in Ribe", "from Norway to Denmark"."""
    return bool(re.search(rf"\b(?:in|at|near|to|from|through|via|around|of)(?: the)? {re.escape(name)}", sentence))
