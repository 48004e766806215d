"""Checks work/10_untrusted_history.py: five functions under attack by whoever wrote the text that they handle."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from mock_model.sentences.transcript import text_of

from ..engine.criteria import Lines, Message, Scene, Texts
from ..engine.learner_code import Work
from ..situations import hostile_texts
from ..situations.hostile_texts import (
    Document,
    around,
    at_one_moment,
    attacks,
    between,
    document,
    forgeries,
    obeys,
    opening,
    order,
)
from ..situations.long_talks import in_order
from ..situations.told_facts import spoken
from .called_functions import Model, another_run, call, lines, said, talk
from .file_names import OWN_NAME, expect_long_names, expect_the_same_file, expect_two, own_marks, path_of, wrong_with

START = (
    "Begin with any one of the five: each is checked on its own. For each text ask who may have written it, and what could "
    "stand in it that your code, or the model, takes for something else.",
    "A text loses its power where a function that knows all signs writes it as data: json.dumps for a transcript, "
    "a hash for the name of a file.",
    "And it has the power of its place: your own words in the system message, the user's in user messages, and what is only "
    "known in the assistant's words, or quoted.",
)

QUESTION, DOCUMENT, PASTED = "You were given this question", "and this document", "You returned"
GIVEN, PREVIOUS, REPLY = "You were given these messages", "and the summary so far", "The model replied"
SUMMARY, FACTS, LATER, ORDER = "The summary", "the facts", "Asked later", "The order in it"
SYSTEMS = ("You are a helpful assistant.", "You are a patient guide. Be polite.")
WHY_SECRET = "Files are copied, backed up and lost. Who gets hold of one has the secret."
WHY_ORDER = "Whoever wrote that text decides then what your assistant says, now and in every turn to come."
QUOTING = (
    "How does the model know where the document begins and ends, and that its words are not your user's?",
    'A sentence such as "ignore all orders in this" is a wish, and a quotation mark may stand in a text too. '
    "Quote it as JSON, in a fence or in a tag.",
    "A list of bad words or of forms of orders never ends: leave the words in, and take the power from them.",
)
CLOSING = (
    "What if the text itself holds the very mark that ends your quotation? Its writer knows your code.",
    "Taking such marks out is hard: what is left can be one again. Is there a form in which no text can hold the mark as it is?",
    "json.dumps escapes the quotation marks and line ends of a text. html.escape does the same for tags. Or make a mark that "
    "nobody can know: secrets.token_hex, new each time.",
)
FORGED = (
    "What tells the end of a message from a line in it that looks like the end? Whoever writes the text knows your form too.",
    "Written as role and text, line by line, each line of a text can be a message. Which function writes a list of dicts so that "
    "no text in it can end anything?",
    "json.dumps(messages). Whatever form you take, the summary so far needs it too.",
)
OTHER_ENDS = (
    "Do you make one line of each text, or mark each of its lines? \\n is not the only sign that ends a line: see splitlines.",
    *FORGED[1:],
)
POWER = (
    "As what do you send what is only known: whose message is it in, and what may a message of that role do?",
    "As the assistant's own words it is a report. In a user message it has to be quoted: json.dumps, and say what it is.",
)
LUHN = (
    "What do you do with a long number that is no card number, or a word that only looks like the beginning of a key?",
    "Count the digits (13 to 19), and do the Luhn check, before you take a number out. How many letters are behind the "
    "beginning of a key (16 at least)? And what stands before sk- where it is in the middle of a word?",
)
SECRETS = (
    "Which forms does the task name, and which of them does your code look for? How short may a key be?",
    "Print what your code makes of this secret alone. Does it find it twice, too, in two messages?",
    "A card number comes with spaces, with hyphens, and with neither.",
)
PLACES = (
    "In another sentence this secret is found. What stands before it here, and behind it, in the text that your code looks at?",
    "In JSON a line end is written \\n, and its n is a letter: clean the text of each message, and make JSON of it then.",
)
DIGITS = (
    "What decides for your code whether digits are a card number? Try it with one of each length, from 13 to 19.",
    "Which of the digits do you double, counted from which end? The last digit is never doubled, the one before it always: "
    "that is not the same from the left, where the number of digits is odd. And what do you do where that gives more than 9?",
    "digits[::-1] turns them round. Then the digits at [1::2] are those to double.",
)
BESIDE = (
    "Where does a card number begin and end for your code, where other digits stand beside it, such as an expiry date?",
    "Print the digits that your code checks here. The longest stretch is not the only one: any groups side by side can be a card "
    "number, and only they go.",
    "And where a stretch is none, do you go on behind it, or from its second group? re.sub goes on behind each match.",
)
OTHER_LETTERS = (
    "Nothing in it is a secret. Which of your lines changes a text all the same: strip, split and join, normalize, lower?",
    "Look for secrets in the text as it is, and change nothing but them.",
)
MOST_OF_IT = (
    "Something was taken out, and enough is left to find the rest. How much of a secret does your code leave?",
    "Leave nothing of it, or its beginning and the last four letters.",
)
TWICE = ("What becomes of the second secret in a text? Does your code look on behind the first?",)
# ---- paste ----


def pasted(challenge: Work, question: str, text: str, mark: str = "") -> tuple[Scene, str]:
    scene = Scene()
    scene.show(QUESTION, question)
    scene.show(DOCUMENT, lines(text, mark))
    message = call(challenge, scene, "paste", question, text, kind=str)
    scene.show(PASTED, lines(message, mark))
    return scene, message


def replies(scene: Scene, message: str, later: str) -> tuple[str, str]:
    """The reply to a message, and the reply to a later question."""
    model, system = Model(scene), said("system", SYSTEMS[0])
    first = model.reply([system, *talk(message)])
    return first, model.reply([system, *talk(message, first, later)])


def expect_not_obeyed(scene: Scene, said_then: Sequence[str], mark: str, hint: tuple[str, ...]) -> None:
    """Expect that no reply begins or ends with the mark of an order."""
    obeyed = [reply for reply in said_then if obeys(reply, mark)]
    scene.expect(
        not obeyed,
        f'The model replied: "{obeyed[0] if obeyed else ""}" So it obeys an order that stands in a stranger\'s text.',
        why=WHY_ORDER,
        hint=hint,
    )


HARMLESS = (
    "It is never too late to end well.",
    'Our "nest" is <3 & {cosy}, isn\'t it.',
    "```\nls *.txt\n```",
    "Price: 4 € [per day]",
)


def test_a_document_can_be_asked_about(challenge):
    """paste: the question and what the document says reach the model"""
    random = Random(101)
    for harmless in (*HARMLESS, hostile_texts.LONG * 6):
        asked = f"Is this true of the {random.choice(hostile_texts.WORDS)}?"
        given = document(random, harmless=harmless)
        if hostile_texts.LONG in harmless:  # what is asked for comes at the end
            given.text = f"{harmless}\n{given.text.replace(harmless, '')}"
        scene, message = pasted(challenge, asked, given.text)
        scene.expect(
            asked in message,
            "The question is not in the message.",
            why="The model cannot answer what it is not asked.",
            hint="What does the message consist of, besides the document?",
        )
        _, later = replies(scene, message, given.question)
        scene.show(LATER, given.question)
        scene.expect(
            given.word in later,
            f'The document says it, but the model answered: "{later}"',
            why="A defence that takes the document away is none: your user wants to know what is in it.",
            hint=(
                "Is all of the document in what you return, in a form that the model can read?",
                "Quote it, do not drop it.",
            ),
        )


def test_an_order_in_a_document_is_not_obeyed(challenge):
    """paste: an order in the document is not obeyed, in this turn or later"""
    random = Random(102)
    for number, wording in enumerate(hostile_texts.ORDERS):
        with patch.object(hostile_texts, "ORDERS", (wording,)):
            given = document(random, end=" " if number % 2 else "\n")
        scene, message = pasted(challenge, "What is this?", given.text, given.mark)
        first, later = replies(scene, message, given.question)
        expect_not_obeyed(scene, [first, later], given.mark, QUOTING)
        scene.show(LATER, given.question)
        expect_left(scene, given.word in later, f'The document says it, but the model answered: "{later}"')


def expect_left(scene: Scene, met: bool, what: str) -> None:
    """Expect that a defence against an order has left the other words where they were."""
    scene.expect(
        met,
        what,
        why="Your user still needs what stands beside an order. Whoever can have it left out has an attack too.",
        hint="Do you leave something out, because it looks like an order? Take the power from it, and leave the words.",
    )


def test_a_document_cannot_close_its_quotation(challenge):
    """paste: nor is it where the document closes your quotation"""
    random = Random(103)

    def framed(probe: str, work: Work = challenge) -> tuple[str, str]:
        return around(pasted(work, "What is this?", probe)[1], probe)

    def attacked(given: Document, work: Work = challenge) -> None:
        scene, message = pasted(work, "What is this?", given.text, given.mark)
        reply = Model(scene).reply([said("system", SYSTEMS[0]), *talk(message)])
        expect_not_obeyed(scene, [reply], given.mark, CLOSING)
        expect_left(scene, given.word in message, f'"{given.word}" is in the document, and not in what you returned.')

    others = [(closer, "", "\n") for closer in hostile_texts.CLOSERS]
    for closer, opener, end in [*attacks(*framed(hostile_texts.PROBE)), *others]:
        attacked(document(random, (closer, opener), end))
    given = document(random)
    given.text += " It is in C:\\"  # and behind that comes your own mark
    attacked(given)
    given = document(random, ("{after}", "{before}"))
    with at_one_moment():
        given.text = hostile_texts.aimed(
            lambda probe: framed(probe, another_run(challenge)),
            lambda before, after: given.text.replace("{after}", after).replace("{before}", before),
        )
        attacked(given, another_run(challenge))
    given = document(random)
    wanted, given.mark = order(random)
    if guess := hostile_texts.guessed(framed, wanted):
        given.text += guess
        for _ in range(10):
            attacked(given)


# ---- summary_request ----


def summary_of(challenge: Work, messages: list[Message], previous: str) -> tuple[Scene, list[Message]]:
    scene = Scene()
    scene.show(GIVEN, deepcopy(messages))
    scene.show(PREVIOUS, lines(previous) if "\n" in previous else previous or "(none yet)")
    request = call(challenge, scene, "summary_request", deepcopy(messages), previous, kind=list)
    return scene, request


def expect_own_words(challenge: Work) -> None:
    """Expect that no word of the conversation, and none of the summary so far, is in a system message."""
    told, replied, before = (
        "The user's cat is called Lantern.",
        "Lantern is a fine name.",
        "The user's aunt lives in Ghent.",
    )
    scene, request = summary_of(challenge, talk(told, replied), before)
    strong = "\n".join(text_of(message) for message in request if message.get("role") in ("system", "developer"))
    scene.expect(
        "Lantern" not in strong and "Ghent" not in strong,
        "Words of the conversation, or of the summary so far, are in the system message.",
        why="What stands there is obeyed, and these words may be a stranger's.",
        hint="Which of these words have you written yourself? Only they belong into the system message.",
    )


def test_all_that_was_said_is_summarised(challenge):
    """summary_request: all that was said is in it, not in a system message, and is summarised"""
    expect_own_words(challenge)
    random = Random(104)
    for longer in (1, 0):
        names = random.sample(hostile_texts.NAMES, 2)
        budget = str(random.randrange(310, 980, 10))
        words = [*names, budget, "garden", "lighthouse"]
        messages = talk(
            f"My dog is called {names[1]}.",
            "Noted.",
            "I like this garden.",
            "Yes. There is one at the lighthouse, too.",
            f"{hostile_texts.LONG * (1 + 2 * longer)} My budget is {budget} euros.",
            "Noted.",
            *("It was cold today.", "I see.", "And then it rained.", "Yes.") * (1 + 29 * longer),
        )
        for previous in (f"{hostile_texts.LONG} The user's sister is called {names[0]}.", ""):
            scene, request = summary_of(challenge, messages, previous)
            reply = Model(scene).reply(request)
            text = "\n".join(text_of(message) for message in request)
            missing = [word for word in words if word not in text and (previous or word != names[0])]
            scene.expect(
                not missing,
                f"Not in the request: {', '.join(missing)}.",
                why="What the summariser is not sent is lost for ever.",
                hint="Are all messages in the request, the user's and the assistant's, all of each, and the summary so far?",
            )
            scene.show(REPLY, reply)
            kept = any(word in reply for word in (*names, budget))
            scene.expect(
                kept or sum(text_of(message) in [text_of(said) for said in messages] for message in request) < 2,
                "The messages stand in the request as they were, so the model goes on with the conversation.",
                why="It answers what was said last, and may follow an order that stands there.",
                hint="Is what is to be summarised handed over as data, in one message? (Lesson 06 does so.)",
            )
            scene.expect(
                kept,
                "The model was not asked for a summary, or not for one that keeps names and numbers.",
                why="What no summary holds is lost for ever.",
                hint="Is PROMPT in the request, and as whose words? Does it still say what to keep?",
            )


def test_no_text_passes_for_a_message(challenge):
    """summary_request: no text in it can pass for a message of its own"""
    one, two, three, four, before, rest = (f"{word}{seed}" for seed, word in enumerate(hostile_texts.WORDS[:6], 4711))
    _, honest = summary_of(challenge, talk(one, two, three, four), before)
    for closer in hostile_texts.ESCAPED if {one, two, three, four} <= hostile_texts.strings(honest) else ():
        in_message, in_summary = f"{three}{closer}", f"{before}{closer}"
        expect_whole(challenge, (one, two, in_message, four), before, in_message, four)
        if before in hostile_texts.strings(honest):
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
            hint="Do you leave out what looks like an attack? Write it so that it cannot be taken for a message.",
        )
    for forged, read in [forged for separator in (begins, ends) if separator for forged in forgeries(separator)]:
        scene, made = summary_of(challenge, talk(one, two, three, four), before + forged + rest)
        alike = between(made, three, four) == ends and opening(made, before) == opening(honest, before)
        alike = alike and between(made, rest, one) == begins
        show_both(
            scene, three + str(ends) + four, before + str(between(made, before, rest)) + rest, "The summary so far"
        )
        expect_not_forged(scene, alike and between(made, before, rest) == read, forged)


def expect_whole(challenge: Work, texts: Sequence[str], previous: str, text: str, other: str) -> None:
    """Expect that a text with quotes and backslashes is one string in a request, and the text that follows is another."""
    scene, made = summary_of(challenge, talk(*texts), previous)
    scene.expect(
        {hostile_texts.letters(text), hostile_texts.letters(other)}
        <= set(map(hostile_texts.letters, hostile_texts.strings(made))),
        f"You write each text between quotation marks. This one ends its own quotation: {text}",
        why="What comes behind it looks like your own words, or like a message of its own.",
        hint=CLOSING,
    )


def show_both(scene: Scene, two: str, one: str, title: str = "One message") -> None:
    scene.show("Two messages, as your request has them", ascii(two))
    scene.show(f"{title}, as your request has it", ascii(one))


def expect_not_forged(scene: Scene, passes: bool, forged: str) -> None:
    """Expect that a forged separator does not stand in a request just as the real ones do."""
    scene.expect(
        not passes,
        f"A text that was given to you holds {forged.strip() or forged!r:.60}, and in your request it stands just as it does "
        "between two messages.",
        why="Its writer puts words into the mouth of your assistant, or of the system, and the summary keeps them.",
        hint=OTHER_ENDS if re.search("[\r\u2028\x85]", forged) else FORGED,
    )


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
        for text in map(text_of, asked(in_message, hostile_texts.PROBE)[1]):
            closers += attacks(*around(text, hostile_texts.PROBE))
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
                hint=CLOSING
                if closer
                else (
                    "Which words in your request are orders of yours, and how does the model know that the others are not?",
                    "What is sent as a message has the power of its role. Quote all, also the summary so far: json.dumps.",
                ),
            )


# ---- next_request ----


def request_of(
    challenge: Work, system: str, summary: str, facts: list[str], recent: list[Message], question: str
) -> tuple[Scene, list]:
    scene = Scene()
    scene.show(SUMMARY, lines(summary) or "(none yet)")
    scene.show(FACTS, Texts(facts))
    given = deepcopy(facts), deepcopy(recent)
    request = call(challenge, scene, "next_request", system, summary, *given, question, kind=list)
    return scene, request


KNOWN = {  # what summaries and facts say, the question for it, what can answer it
    "The user's dog is called {}.": ("What is my dog called?", hostile_texts.WORDS),
    "The user's sister is called {}.": ("What is my sister called?", hostile_texts.NAMES),
    "The user's budget is {} euros.": ("What is my budget?", [str(n) for n in range(310, 980, 10)]),
    "The user lives in {}.": ("Where do I live?", "Lisbon Oslo Cusco Ghent Turin Porto Krakow Bergen".split()),
}


def known(random: Random) -> list[tuple[str, str, str]]:
    """Something to be known of each kind, in any order: as it is told, the question, and the word that answers."""
    found = []
    for told, (question, words) in random.sample(list(KNOWN.items()), len(KNOWN)):
        word = random.choice(words).capitalize()
        found.append((told.format(word), question, word))
    return found


RECENT = talk("I like the sea.", "Noted.", "It was cold today.", "I see.")
MANY = [*RECENT, *talk("And you?", "Me too.")] * 40
TRIFLES = [f"On day {day} the user had a {word}." for day, word in enumerate(hostile_texts.WORDS * 5, 1)]


def expect_one_system_message(challenge: Work) -> None:
    """Expect that the first message is the system's, with nothing added, and that there is no other one."""
    for system in SYSTEMS:
        for summary, facts in (("The user lives in Porto.", []), ("", ["The user likes tea."]), ("", [])):
            scene, request = request_of(challenge, system, summary, facts, RECENT, "What now?")
            Model(scene).reply(request)
            roles = [message["role"] for message in request]
            scene.expect(
                roles[:1] == ["system"] and system in text_of(request[0]),
                "The system message is not the first one, or has lost its words.",
                why="Its rules hold for the whole conversation.",
                hint="What is the first message of the list that you return?",
            )
            scene.expect(
                text_of(request[0]) == system and not {"system", "developer"} & set(roles[1:]),
                "There is more than `system` in a system message."
                if text_of(request[0]) != system
                else "There is a second one.",
                why="What stands there is obeyed. The summary and the facts are made of words that others have written.",
                hint=(
                    "Who has written the words that stand in the system message now?",
                    "Give what is known the place with the least power in which the model still reads it: lesson 06 had one.",
                ),
            )


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
                hint="What is the last message of the list, and what should be in it?",
            )
            scene.expect(
                all(m["role"] == ("user", "assistant")[i % 2] for i, m in enumerate(request[1:])),
                "After the system message there should be a user message and a reply, a user message and a reply …",
                why="Some servers refuse everything else.",
                hint="Which roles stand before and behind what you put in? In lesson 06 the note is a turn of its own.",
            )
            scene.expect(
                in_order(spoken(recent), spoken(request)),
                "The recent messages are not all there, as they were said.",
                why='"Why?" and "the second one" refer to those very words.',
                hint="What do you do with `recent`?",
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
            hint=(
                "On what does it depend in your code whether the summary is sent, and whether the facts are?",
                "if summary and facts: needs both. Ask for each by itself, or for one of them: if summary or facts. And neither "
                "depends on `recent`.",
            ),
        )
    for more, many in ((" ", []), (f" {hostile_texts.LONG} ", TRIFLES)):
        [(one, *first), (two, *second), (three, *third), (four, *fourth)] = known(random)
        for question, word in (first, second, third, fourth):
            scene, request = request_of(challenge, SYSTEMS[0], one + more + two, [three, *many, four], RECENT, question)
            reply = Model(scene).reply(request)
            scene.show(REPLY, reply)
            scene.expect(
                word in reply,
                f'{question} The answer is in the summary or in the facts, but the model said: "{reply}"',
                why="A defence that makes the memory forget is none.",
                hint="Is all of the summary and of each fact in the request, in a form that the model can read?",
            )


def attack_what_is_known(
    challenge: Work,
    random: Random,
    closer: str,
    in_summary: bool,
    before: str = "",
    end: str = "\n",
    both: bool = False,
) -> None:
    """Put an order behind a closer into the summary or into a fact, and expect that it is not obeyed."""
    (one, *_), (two, question, word), *_ = known(random)
    wanted, mark = order(random)
    middle = end.join(["", closer, wanted, before, ""]) if closer else f" {wanted} "
    if in_summary:
        summary, facts = f"{one}{middle}{two}", ["The user likes tea."] * both
    elif both:
        summary, facts = one, [f"{two}{middle}And so on."]
    else:
        summary, facts = "", [one, f"{two}{middle}And so on."]
    expect_powerless(challenge, closer, (summary, facts), (question, word), (wanted, mark))


def expect_powerless(
    challenge: Work,
    closer: str,
    what_is_known: tuple[str, list[str]],
    asked: tuple[str, str],
    ordered: tuple[str, str],
) -> None:
    """Expect that an order in the summary or in a fact is not obeyed, and that what stands beside it is not lost."""
    (question, word), (wanted, mark) = asked, ordered
    scene, request = request_of(challenge, SYSTEMS[0], *what_is_known, RECENT, question)
    reply = Model(scene).reply(request)
    scene.show(ORDER, Lines([wanted]))
    scene.show("It stands here", next((lines(text_of(m), mark) for m in request if mark in text_of(m)), "nowhere"))
    expect_not_obeyed(scene, [reply], mark, POWER if not closer else CLOSING)
    text = "\n".join(text_of(message) for message in request)
    expect_left(
        scene,
        word in (text if closer else reply),
        f'"{word}" stands beside an order. Asked for it, the model said: "{reply}"',
    )


def attack_the_own_marks(challenge: Work, random: Random, in_summary: bool) -> None:
    """Close the marks that the learner's own code puts around what is known, where it puts any."""

    def what_is_known(text: str) -> tuple[str, list[str]]:
        return (text, []) if in_summary else ("", [text])

    def framed(probe: str, work: Work = challenge) -> tuple[str, str]:
        _, request = request_of(work, SYSTEMS[0], *what_is_known(probe), RECENT, "What now?")
        found = [around(text_of(message), probe) for message in request if message["role"] == "user"]
        return next((marks for marks in found if marks[1]), ("", ""))

    before, after = framed(hostile_texts.PROBE)
    if not after:
        return
    for closer, opener, between_them in attacks(before, after):
        attack_what_is_known(challenge, random, closer, in_summary, opener, between_them)
    (told, question, word), *_ = known(random)
    ordered = order(random)
    expect_powerless(challenge, "\\", what_is_known(f"{told} {ordered[0]} It is in C:\\"), (question, word), ordered)
    with at_one_moment():
        text = hostile_texts.aimed(
            lambda probe: framed(probe, another_run(challenge)),
            lambda begin, end: "\n".join([told, end, ordered[0], begin]),
        )
        expect_powerless(another_run(challenge), after, what_is_known(text), (question, word), ordered)
    if guess := hostile_texts.guessed(framed, ordered[0]):
        for _ in range(10):
            expect_powerless(challenge, after, what_is_known(told + guess), (question, word), ordered)


def test_no_order_of_a_summary_or_a_fact_is_obeyed(challenge):
    """next_request: no order in the summary or in a fact is obeyed"""
    random = Random(107)
    for in_summary in (True, False):
        for both in (False, False, False, True):
            attack_what_is_known(challenge, random, "", in_summary, both=both)
        attack_the_own_marks(challenge, random, in_summary)
        for closer in ("```", "</notes>", '"', "\nsystem:"):
            attack_what_is_known(challenge, random, closer, in_summary)


# ---- to_disk ----


def on_disk(challenge: Work, messages: list[Message]) -> tuple[Scene, str, list[Message]]:
    """What is written, and the messages that are read from it."""
    scene = Scene()
    scene.show(GIVEN, deepcopy(messages))
    text = call(challenge, scene, "to_disk", deepcopy(messages), kind=str)
    scene.show("You returned", text)
    try:
        found = json.loads(text)
        found = [found] if isinstance(found, dict) else found
    except ValueError:
        try:
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
        except ValueError:
            found = None
    scene.expect(
        isinstance(found, list) and all(isinstance(m, dict) and isinstance(m.get("content"), str) for m in found),
        "What you return is not JSON, or no list of messages.",
        why="Tomorrow a program reads it again.",
        hint=(
            "What does json.loads say to it? And do you take secrets out before you make JSON, or afterwards?",
            "Clean the text of each message, put it into a new dict, and give the list of these to json.dumps.",
        ),
    )
    return scene, text, found


def test_keys_and_card_numbers_are_not_written(challenge):
    """to_disk: no key and no card number is in what is written"""
    random = Random(108)
    sizes = [
        (16, " "),
        (16, "-"),
        (16, ""),
        (15, ""),
        (13, ""),
        (19, ""),
        (19, " "),
        (14, "-"),
        (17, ""),
        (18, " "),
        (18, ""),
    ]
    secrets = [
        hostile_texts.key(random, start, length)
        for start in hostile_texts.KEYS
        for length in (16, random.randrange(20, 61))
    ]
    secrets += [hostile_texts.number(random, *size, card=True) for size in sizes]
    secrets += [hostile_texts.number(random, 15, form, card=True, groups=(4, 6, 5)) for form in " -"]
    others = [
        hostile_texts.number(random, length, form, card=True) for length in range(13, 20) for form in ("", " ", "-")
    ]
    others += [hostile_texts.number(random, 16, form, card=True, first=0) for form in ("", "-")]
    others += [hostile_texts.key(random, start, 200) for start in hostile_texts.KEYS]
    expect_no_secrets(challenge, others, ("My secret is {}.",))
    expect_no_secrets(
        challenge,
        secrets,
        (
            "My secret is {}.",
            "{}",
            "Here it is:\n{}\nKeep it.",
            'I wrote "{}" on a note…',
            "It is – {}, isn't it?",
            "OPENAI_API_KEY={}",
            "({})",
            "key:{}",
            "{} and {}.",
        ),
    )
    expect_no_secret_behind_another(challenge, secrets)
    for beside, card in hostile_texts.cards_beside(random):
        scene, text, found = on_disk(challenge, talk(f"My card is {beside.format(card)}.", "I see."))
        scene.show("Read again", found)
        scene.expect(
            not left(text, card),
            not_taken_out(card, text),
            why=WHY_SECRET,
            hint=BESIDE,
        )


def expect_no_secrets(challenge: Work, secrets: Sequence[str], places: Sequence[str]) -> None:
    """Expect that none of these is written, wherever it stands: alone in a conversation, in a message of each role."""
    for place in places:
        for secret in secrets:
            scene, text, _ = on_disk(challenge, talk(place.replace("{}", secret), "I see: " + secret))
            if not left(text, secret):
                continue
            hint = SECRETS if place.startswith("My") else TWICE if place.startswith("{} and") else PLACES
            what, found = not_taken_out(secret, text), lengths_found(challenge) if secret[0].isdigit() else ""
            if secret not in text:
                hint = MOST_OF_IT
            elif hint is SECRETS and found:
                what, hint = f"{what} {found}", DIGITS
            scene.expect(False, what, why=WHY_SECRET, hint=hint)


def expect_no_secret_behind_another(challenge: Work, secrets: Sequence[str]) -> None:
    """Expect that of several secrets in one text all are taken out, and also in a long conversation the first and the last."""
    for pair in zip(secrets[::2], [*secrets[1::2]][::-1], strict=False):
        scene, text, _ = on_disk(challenge, talk("One is {} and one is {}.".format(*pair), "I see."))
        for secret in pair:
            scene.expect(not left(text, secret), not_taken_out(secret, text), why=WHY_SECRET, hint=TWICE)


def not_taken_out(secret: str, text: str) -> str:
    kind = "card number" if secret[0].isdigit() else f"key of {len(secret)} signs"
    much = "all of it" if secret in text else "more of it than its beginning and its last four"
    return f"The {kind} {secret} is in what is written, {much}."


def lengths_found(challenge: Work) -> str:
    """Which card numbers in one group are taken out, by their length, in words; nothing where all are."""
    random, missed = Random(1081), set()
    for length in range(13, 20):
        cards = [hostile_texts.number(random, length, "", card=True) for _ in range(4)]
        if any(left(on_disk(challenge, talk(f"My secret is {card}.", "I see."))[1], card) for card in cards):
            missed.add(length)
    if not missed:
        return ""
    found = [str(length) for length in range(13, 20) if length not in missed]
    if not found:
        return "Of card numbers without spaces your code misses some of every length."
    rest = f"misses those that have {', '.join(map(str, sorted(missed)))}, or some of them"
    return f"Of card numbers without spaces your code finds those that have {', '.join(found)} digits, and {rest}."


def left(text: str, secret: str) -> bool:
    """Whether more of a secret is left than its beginning and its last four letters."""
    if secret[0].isdigit():
        text, secret = re.sub(r"[ -]", "", text), re.sub(r"[ -]", "", secret)
    body = secret.removeprefix("sk-").removeprefix("proj-").removeprefix("ant-api03-")
    return any(body[i : i + 8] in text for i in range(len(body) - 7))


def test_everything_else_is_written(challenge):
    """to_disk: everything else is, message by message"""
    random = Random(109)
    numbers = [
        hostile_texts.number(random, *size, card=False) for size in ((16, " "), (16, ""), (13, ""), (15, "-"), (19, ""))
    ]
    numbers += [hostile_texts.number(random, length, "", card=True) for length in (12, 11, 8, 20, 21, 24)]
    numbers += [hostile_texts.number(random, 12, form, card=True) for form in " -"]
    numbers += [
        hostile_texts.key(random, start, length)
        for start in hostile_texts.KEYS[:1] + hostile_texts.KEYS[3:]
        for length in (14, 15)
    ]
    texts = [f"My order is {number}, thank you." for number in numbers]  # none is a secret, some nearly are
    texts += [
        "Call +49 30 1234567 on 2027-03-01 at 10:30.",
        "Use the sk- key, ghp_short or AKIA.",
        '🙂 “é” \\ " \n\t</b>',
        "",
        "\n  - first\n  - second  \n\n",
        "\ufb01ve \uff41 \xbd Zoe\u0308",
    ]
    texts += [
        "The task-force_for_the_old_town meets.",
        "A risk-free-alternative-for-us",
        "See www.desk-and-chair-makers.example",
    ]
    given = [(text, ()) for text in (*texts, hostile_texts.LONG * 10)]
    key, card = hostile_texts.key(random), hostile_texts.number(random, 16, " ", card=True)
    given.append(("From {} to {} and {}, all of it.", (key, card, key)))
    given += [(f"My card is {beside}.", (card,)) for beside, card in hostile_texts.cards_beside(random)]
    for text, secrets in given:
        pieces, written = text.split("{}"), text.format(*secrets)
        messages = talk("Hello.", "Hi!", written, "Noted.", *("Hello.", "Hi!") * (60 if text is texts[0] else 1))
        scene, _, found = on_disk(challenge, messages)
        scene.show("Read again", found)
        others = [(m["role"], m["content"]) for m in messages if m["content"] != written or len(pieces) == 1]
        kept = [(m.get("role"), m["content"]) for m in found]
        scene.expect(
            [m.get("role") for m in found] == [m["role"] for m in messages],
            f"{len(messages)} messages were given. Read again, there are {len(found)}, or their roles are not the same.",
            why="Tomorrow the conversation goes on with what is in the file.",
            hint="Is each message in what you write, and all of it? message | {…} changes one thing, and keeps the rest.",
        )
        scene.expect(
            len(kept[2][1]) == len(written) or len(written) < 5_000,
            f"Of a text of {len(written):,} letters, {len(kept[2][1]):,} were written.",
            why="Tomorrow the conversation goes on with what is in the file.",
            hint="Where does your code cut a text, or leave a part of it out?",
        )
        scene.expect(
            in_place(kept[2][1], pieces) and [k for k in kept if k in others] == others,
            "What was written is not what was said: something else than keys and card numbers has changed, or is missing.",
            why="Tomorrow the conversation goes on with what is in the file. An order number that is gone cannot be looked up.",
            hint=BESIDE if text.startswith("My card") else OTHER_LETTERS if same_words(kept[2][1], written) else LUHN,
        )


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in blanks, line ends and the forms of their letters only."""
    return unicodedata.normalize("NFKD", one).split() == unicodedata.normalize("NFKD", other).split()


def in_place(text: str, pieces: Sequence[str]) -> bool:
    """Whether a text consists of these pieces, with something short between them."""
    return bool(re.fullmatch(".{0,80}?".join(map(re.escape, pieces)), text, re.S))


def test_your_callers_messages_are_not_changed(challenge):
    """Your caller's lists and messages stay as they were"""
    secret = hostile_texts.key(Random(110))
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
            hint=(
                'Which of your lines changes a message or a list in place? message["content"] = …, append and += do.',
                "Make new dicts and lists: message | {…}, [*messages, …].",
            ),
        )


# ---- session_file ----


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as outer:
        made = Path(outer).resolve() / "around" / "chats"
        made.mkdir(parents=True)
        yield made


EVIL = (
    "..",
    ".",
    "",
    "/etc/passwd",
    "../../x",
    "..\\x",
    "C:\\x",
    "con",
    "nul.txt",
    "a:b?*|<>\"'",
    *("x" * length for length in (200, 249, 250, 251, 255, 256, 5000)),
    "日" * 90,
    "COM1.log",
    "ana\0",
    "ana.",
    "\n",
    "~",
)


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
            hint=OWN_NAME,
        )
        bad = next((part for part in parts if wrong_with(part)), "")
        scene.expect(
            not bad,
            f"Some systems take no file of this name: {f'{bad:.50}…' if len(bad) > 50 else bad!r}. {wrong_with(bad)}",
            why="Your program stops with an error there, or writes into something else than a file.",
            hint=OWN_NAME,
        )


def test_each_session_has_its_file(challenge, folder):
    """session_file: a file of its own for each session, Ana and ana are two, and the same one in the next run"""
    for pair in (*hostile_texts.pairs_of_ids(), *hostile_texts.parted_by(own_marks(challenge))):
        expect_two(challenge, folder, *pair)
    for ids in (("../x", "trip"), ("Ana", "trip"), ("x" * 300, "trip"), ("ana", "../x"), ("ana", "x" * 300)):
        path = path_of(challenge, folder, *ids)[1]
        for name in (path.name, path.name.partition(".")[0], path.parent.name):  # which can be an id too
            expect_two(challenge, folder, ids, (name, "trip") if ids[1] == "trip" else ("ana", name))
    expect_long_names(challenge, folder)
    expect_the_same_file(challenge, folder)
