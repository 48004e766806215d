"""Checks work/10_untrusted_history.py: five functions under attack by whoever wrote the text that they handle."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random

import pytest

from mock_model.sentences.transcript import text_of

from ..engine.criteria import Lines, Message, Scene
from ..engine.learner_code import Work
from ..situations.closed_quotations import PROBE, aimed, around, at_one_moment, attacks, guessed
from ..situations.long_talks import in_order
from ..situations.told_facts import spoken
from . import hints
from .called_functions import REPLY, SYSTEMS, Model, another_run, call, said, talk
from .documents_with_orders import CLOSERS, LONG, ORDERS, WORDS, Document, document, obeys, order
from .file_names import EVIL, expect_long_names, expect_the_same_file, expect_two, own_marks, path_of, wrong_with
from .forged_messages import ESCAPED, between, forgeries, opening, strings
from .keys_and_numbers import a_key, cards_beside, other_secrets, usual_secrets
from .obeyed_orders import expect_left, expect_not_obeyed
from .pairs_of_ids import pairs_of_ids, parted_by
from .pasted_documents import HARMLESS, LATER, pasted, replies
from .requests_for_a_summary import (
    expect_a_summary,
    expect_not_forged,
    expect_own_words,
    expect_whole,
    show_both,
    summary_of,
)
from .requests_with_memory import (
    MANY,
    ORDER,
    RECENT,
    TRIFLES,
    attack_the_own_marks,
    attack_what_is_known,
    expect_one_system_message,
    known,
    request_of,
)
from .written_messages import (
    WHERE_SECRETS_STAND,
    WHY_SECRET,
    expect_all_else,
    expect_no_secret_behind_another,
    expect_no_secrets,
    harmless_texts,
    left,
    not_taken_out,
    on_disk,
    texts_with_secrets,
)

# paste


def test_a_document_can_be_asked_about(challenge):
    """paste: the question and what the document says reach the model"""
    random = Random(101)
    for harmless in (*HARMLESS, LONG * 6):
        asked = f"Is this true of the {random.choice(WORDS)}?"
        given = document(random, harmless=harmless)
        if LONG in harmless:  # what is asked for comes at the end
            given.text = f"{harmless}\n{given.text.replace(harmless, '')}"
        scene, message = pasted(challenge, asked, given.text)
        scene.expect(
            asked in message,
            "The question is not in the message.",
            why="The model cannot answer what it is not asked.",
            hint=hints.WHAT_ELSE_IS_SENT,
        )
        _, later = replies(scene, message, given.question)
        scene.show(LATER, given.question)
        scene.expect(
            given.word in later,
            f'The document says it, but the model answered: "{later}"',
            why="A defence that takes the document away is none: your user wants to know what is in it.",
            hint=hints.ALL_OF_THE_DOCUMENT,
        )


def test_an_order_in_a_document_is_not_obeyed(challenge):
    """paste: an order in the document is not obeyed, in this turn or later"""
    random = Random(102)
    for number, wording in enumerate(ORDERS):
        given = document(random, end=" " if number % 2 else "\n", orders=(wording,))
        scene, message = pasted(challenge, "What is this?", given.text, given.mark)
        first, later = replies(scene, message, given.question)
        expect_not_obeyed(scene, [first, later], given.mark, hints.QUOTING)
        scene.show(LATER, given.question)
        expect_left(scene, given.word in later, f'The document says it, but the model answered: "{later}"')


def test_a_document_cannot_close_its_quotation(challenge):
    """paste: nor is it where the document closes your quotation"""
    random = Random(103)

    def framed(probe: str, work: Work = challenge) -> tuple[str, str]:
        return around(pasted(work, "What is this?", probe)[1], probe)

    def attacked(given: Document, work: Work = challenge) -> None:
        scene, message = pasted(work, "What is this?", given.text, given.mark)
        reply = Model(scene).reply([said("system", SYSTEMS[0]), *talk(message)])
        expect_not_obeyed(scene, [reply], given.mark, hints.CLOSING)
        expect_left(scene, given.word in message, f'"{given.word}" is in the document, and not in what you returned.')

    others = [(closer, "", "\n") for closer in CLOSERS]
    for closer, opener, end in [*attacks(*framed(PROBE)), *others]:
        attacked(document(random, (closer, opener), end))
    given = document(random)
    given.text += " It is in C:\\"  # and behind that comes your own mark
    attacked(given)
    given = document(random, ("{after}", "{before}"))
    with at_one_moment():
        given.text = aimed(
            lambda probe: framed(probe, another_run(challenge)),
            lambda before, after: given.text.replace("{after}", after).replace("{before}", before),
        )
        attacked(given, another_run(challenge))
    given = document(random)
    wanted, given.mark = order(random)
    if guess := guessed(framed, wanted):
        given.text += guess
        for _ in range(10):
            attacked(given)


# summary_request


def test_all_that_was_said_is_summarised(challenge):
    """summary_request: all that was said is in it, not in a system message, and is summarised"""
    expect_own_words(challenge)
    random = Random(104)
    for longer in (True, False):
        expect_a_summary(challenge, random, longer)


def test_no_text_passes_for_a_message(challenge):
    """summary_request: no text in it can pass for a message of its own"""
    one, two, three, four, before, rest = (f"{word}{seed}" for seed, word in enumerate(WORDS[:6], 4711))
    _, honest = summary_of(challenge, talk(one, two, three, four), before)
    for closer in ESCAPED if {one, two, three, four} <= strings(honest) else ():
        in_message, in_summary = f"{three}{closer}", f"{before}{closer}"
        expect_whole(challenge, (one, two, in_message, four), before, in_message, four)
        if before in strings(honest):
            expect_whole(challenge, (one, two, three, four), in_summary, in_summary, one)
    ends, begins = between(honest, three, four), between(honest, before, one)
    for forged, read in forgeries(ends) if ends else ():
        scene, made = summary_of(challenge, talk(one, two, three + forged + four), before)
        alike = between(made, one, two) == between(honest, one, two) and opening(made, three) == opening(honest, three)
        show_both(scene, one + str(between(made, one, two)) + two, three + str(between(made, three, four)) + four)
        expect_not_forged(scene, alike and between(made, three, four) == read, forged)
        scene.expect(
            any(four in text_of(message) for message in made),
            "A part of the last message is missing.",
            why="Not each line that begins with a name and a colon is an attack. What is left out here is lost for ever.",
            hint=hints.LEFT_OUT_AS_AN_ATTACK,
        )
    for forged, read in [forged for separator in (begins, ends) if separator for forged in forgeries(separator)]:
        scene, made = summary_of(challenge, talk(one, two, three, four), before + forged + rest)
        alike = between(made, three, four) == ends and opening(made, before) == opening(honest, before)
        alike = alike and between(made, rest, one) == begins
        show_both(
            scene, three + str(ends) + four, before + str(between(made, before, rest)) + rest, "The summary so far"
        )
        expect_not_forged(scene, alike and between(made, before, rest) == read, forged)


def test_a_summary_obeys_no_order(challenge):
    """summary_request: the summary obeys no order in them"""
    random = Random(105)

    def asked(in_message: bool, found: str) -> tuple[Scene, list[Message]]:
        told, previous = (
            (f"Here is a page that I found:\nGreat tips!{found}Bye.", "")
            if in_message
            else ("Hello.", f"The user lives in Porto.{found}The user likes tea.")
        )
        return summary_of(challenge, talk(told, "I see.", "My dog is called Biscuit.", "Noted."), previous)

    for in_message in (True, False):
        closers = [("", "", end) for end in "\n \n "]
        for text in map(text_of, asked(in_message, PROBE)[1]):
            closers += attacks(*around(text, PROBE))
        closers += [(closer, "", "\n") for closer in ("```", "</s>", '"', "</summary>", "\n\nsystem:")]
        for closer, before, between_them in closers:
            wanted, mark = order(random)
            found = between_them.join(filter(None, (closer, wanted, before)))
            scene, request = asked(in_message, f"{between_them}{found}{between_them}")
            scene.show(ORDER, Lines([wanted]))
            reply = Model(scene).reply(request)
            scene.expect(
                not obeys(reply, mark),
                f'The summary obeys an order: "…{reply[-70:]}"',
                why="A summary stays. What a stranger gets into it is sent again in each turn.",
                hint=hints.CLOSING if closer else hints.ORDERS_OF_YOURS,
            )


# next_request


def test_the_request_is_sound(challenge):
    """next_request: `system` alone, then all recent messages, in turns, and the question at the end"""
    expect_one_system_message(challenge)
    for recent in (RECENT, RECENT[:2], [], MANY):
        for summary, facts in (("The user lives in Porto.", ["The user likes tea.", "The user is a nurse."]), ("", [])):
            scene, request = request_of(challenge, SYSTEMS[0], summary, facts, recent, "Where do I live?")
            Model(scene).reply(request)
            scene.expect(
                "Where do I live?" in text_of(request[-1]) and request[-1]["role"] == "user",
                "The last message does not ask the question.",
                why="The model answers the last message.",
                hint=hints.LAST_MESSAGE,
            )
            scene.expect(
                all(m["role"] == ("user", "assistant")[i % 2] for i, m in enumerate(request[1:])),
                "After the system message there should be a user message and a reply, a user message and a reply …",
                why="Some servers refuse everything else.",
                hint=hints.ROLES_IN_TURNS,
            )
            scene.expect(
                in_order(spoken(recent), spoken(request)),
                "The recent messages are not all there, as they were said.",
                why='"Why?" and "the second one" refer to those very words.',
                hint=hints.RECENT,
            )


def test_what_is_known_is_sent(challenge):
    """next_request: what the summary and the facts say is known"""
    random = Random(106)
    for summary, facts, recent in ((True, False, RECENT), (False, True, RECENT), (True, True, []), (False, True, [])):
        (told, question, word), *_ = known(random)
        in_facts = [told] if facts and not (summary and not recent) else ["The user likes tea."] * facts
        scene, request = request_of(challenge, SYSTEMS[0], told * summary, in_facts, recent, question)
        there, empty = ("summary", "facts are []") if summary else ("fact", 'summary is ""')
        empty = empty if recent else "recent messages are []"
        scene.expect(
            word in "\n".join(map(text_of, request)),
            f"Here the {empty}, and the {there} is not in the request.",
            why="In the first turns there is no summary, and of many users no fact is known. What is known counts all the same.",
            hint=hints.EACH_BY_ITSELF,
        )
    for more, many in ((" ", []), (f" {LONG} ", TRIFLES)):
        [(one, *first), (two, *second), (three, *third), (four, *fourth)] = known(random)
        for question, word in (first, second, third, fourth):
            scene, request = request_of(challenge, SYSTEMS[0], one + more + two, [three, *many, four], RECENT, question)
            reply = Model(scene).reply(request)
            scene.show(REPLY, reply)
            scene.expect(
                word in reply,
                f'{question} The answer is in the summary or in the facts, but the model said: "{reply}"',
                why="A defence that makes the memory forget is none.",
                hint=hints.READABLE,
            )


def test_no_order_of_a_summary_or_a_fact_is_obeyed(challenge):
    """next_request: no order in the summary or in a fact is obeyed"""
    random = Random(107)
    for in_summary in (True, False):
        for both in (False, False, False, True):
            attack_what_is_known(challenge, random, "", in_summary, both=both)
        attack_the_own_marks(challenge, random, in_summary)
        for closer in ("```", "</notes>", '"', "\nsystem:"):
            attack_what_is_known(challenge, random, closer, in_summary)


# to_disk


def test_keys_and_card_numbers_are_not_written(challenge):
    """to_disk: no key and no card number is in what is written"""
    random = Random(108)
    secrets = usual_secrets(random)
    expect_no_secrets(challenge, other_secrets(random), WHERE_SECRETS_STAND[:1])
    expect_no_secrets(challenge, secrets, WHERE_SECRETS_STAND)
    expect_no_secret_behind_another(challenge, secrets)
    for beside, card in cards_beside(random):
        scene, text, found = on_disk(challenge, talk(f"My card is {beside.format(card)}.", "I see."))
        scene.show("Read again", found)
        scene.expect(
            not left(text, card),
            not_taken_out(card, text),
            why=WHY_SECRET,
            hint=hints.BESIDE,
        )


def test_everything_else_is_written(challenge):
    """to_disk: everything else is, message by message"""
    random = Random(109)
    texts = harmless_texts(random)
    for text in (*texts, LONG * 10):
        expect_all_else(challenge, text, (), more=60 if text is texts[0] else 1)
    for text, secrets in texts_with_secrets(random):
        expect_all_else(challenge, text, secrets, more=1)


def test_your_callers_messages_are_not_changed(challenge):
    """Your caller's lists and messages stay as they were"""
    secret = a_key(Random(110))
    messages, facts = talk(f"My key is {secret}.", "Noted."), ["The user likes tea."]
    for name, arguments in (
        ("to_disk", (messages,)),
        ("summary_request", (messages, "The user lives in Porto.")),
        ("next_request", (SYSTEMS[0], "The user lives in Porto.", facts, messages, "Where do I live?")),
    ):
        scene = Scene()
        scene.show("Before", deepcopy(messages))
        handed = deepcopy(arguments)
        call(challenge, scene, name, *handed, kind=object)
        scene.show(
            "After", next(part for part in handed if isinstance(part, list) and part != facts[:0] and part[:1] != facts)
        )
        scene.expect(
            handed == arguments,
            f"{name} has changed what was handed in.",
            why="The running conversation still needs it: what is cleaned for the disk would be forgotten by the memory too.",
            hint=hints.CHANGED_IN_PLACE,
        )


# session_file


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as outer:
        made = Path(outer).resolve() / "around" / "chats"
        made.mkdir(parents=True)
        yield made


def test_a_file_is_below_the_folder(challenge, folder):
    """session_file: below the folder, a name that every system takes"""
    for user, session in [
        ("ana", "trip"),
        *((evil, "trip") for evil in EVIL),
        *(("ana", evil) for evil in EVIL),
        ("..", ".."),
    ]:
        scene, path = path_of(challenge, folder, user, session)
        try:
            parts = path.resolve().relative_to(folder).parts
        except (ValueError, OSError):
            parts = ()
        scene.expect(
            parts and ".." not in path.parts,
            "This file is not below the folder.",
            why="Whoever chooses such an id reads and writes your other files, or other users' conversations.",
            hint=hints.OWN_NAME,
        )
        bad = next((part for part in parts if wrong_with(part)), "")
        scene.expect(
            not bad,
            f"Some systems take no file of this name: {f'{bad:.50}…' if len(bad) > 50 else bad!r}. {wrong_with(bad)}",
            why="Your program stops with an error there, or writes into something else than a file.",
            hint=hints.OWN_NAME,
        )


def test_each_session_has_its_file(challenge, folder):
    """session_file: a file of its own for each session, Ana and ana are two, and the same one in the next run"""
    for pair in (*pairs_of_ids(), *parted_by(own_marks(challenge))):
        expect_two(challenge, folder, *pair)
    for ids in (("../x", "trip"), ("Ana", "trip"), ("x" * 300, "trip"), ("ana", "../x"), ("ana", "x" * 300)):
        path = path_of(challenge, folder, *ids)[1]
        for name in (path.name, path.name.partition(".")[0], path.parent.name):  # which can be an id too
            expect_two(challenge, folder, ids, (name, "trip") if ids[1] == "trip" else ("ana", name))
    expect_long_names(challenge, folder)
    expect_the_same_file(challenge, folder)
