"""next_request: what is made of the system's words, what is known and what was said, attacked by what is known."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from mock_model.sentences.transcript import text_of

from ..engine.criteria import Lines, Message, Scene, Texts
from ..engine.learner_code import Work
from ..situations.closed_quotations import PROBE, aimed, around, at_one_moment, attacks, guessed
from . import hints
from .called_functions import SYSTEMS, Model, another_run, call, lines, talk
from .documents_with_orders import NAMES, WORDS, order
from .obeyed_orders import expect_left, expect_not_obeyed

SUMMARY, FACTS, ORDER = "The summary", "the facts", "The order in it"
KNOWN = {  # what summaries and facts say, the question for it, what can answer it
    "The user's dog is called {}.": ("What is my dog called?", WORDS),
    "The user's sister is called {}.": ("What is my sister called?", NAMES),
    "The user's budget is {} euros.": ("What is my budget?", [str(n) for n in range(310, 980, 10)]),
    "The user lives in {}.": ("Where do I live?", "Lisbon Oslo Cusco Ghent Turin Porto Krakow Bergen".split()),
}
RECENT = talk("I like the sea.", "Noted.", "It was cold today.", "I see.")
MANY = [*RECENT, *talk("And you?", "Me too.")] * 40
TRIFLES = [f"On day {day} the user had a {word}." for day, word in enumerate(WORDS * 5, 1)]


def request_of(
    challenge: Work, system: str, summary: str, facts: list[str], recent: list[Message], question: str
) -> tuple[Scene, list]:
    scene = Scene()
    scene.show(SUMMARY, lines(summary) or "(none yet)")
    scene.show(FACTS, Texts(facts))
    given = deepcopy(facts), deepcopy(recent)
    request = call(challenge, scene, "next_request", system, summary, *given, question, kind=list)
    return scene, request


def known(random: Random) -> list[tuple[str, str, str]]:
    """Something to be known of each kind, in any order: as it is told, the question, and the word that answers."""
    found = []
    for told, (question, words) in random.sample(list(KNOWN.items()), len(KNOWN)):
        word = random.choice(words).capitalize()
        found.append((told.format(word), question, word))
    return found


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
                hint=hints.FIRST_MESSAGE,
            )
            scene.expect(
                text_of(request[0]) == system and not {"system", "developer"} & set(roles[1:]),
                "There is more than `system` in a system message."
                if text_of(request[0]) != system
                else "There is a second one.",
                why="What stands there is obeyed. The summary and the facts are made of words that others have written.",
                hint=hints.WHOSE_WORDS,
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
    expect_not_obeyed(scene, [reply], mark, hints.POWER if not closer else hints.CLOSING)
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

    before, after = framed(PROBE)
    if not after:
        return
    for closer, opener, between_them in attacks(before, after):
        attack_what_is_known(challenge, random, closer, in_summary, opener, between_them)
    (told, question, word), *_ = known(random)
    ordered = order(random)
    expect_powerless(challenge, "\\", what_is_known(f"{told} {ordered[0]} It is in C:\\"), (question, word), ordered)
    with at_one_moment():
        text = aimed(
            lambda probe: framed(probe, another_run(challenge)),
            lambda begin, end: "\n".join([told, end, ordered[0], begin]),
        )
        expect_powerless(another_run(challenge), after, what_is_known(text), (question, word), ordered)
    if guess := guessed(framed, ordered[0]):
        for _ in range(10):
            expect_powerless(challenge, after, what_is_known(told + guess), (question, word), ordered)
