"""What is looked at in a turn, or in a talk of many, by more than one criterion."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..engine.criteria import Message, Scene
from ..engine.learner_code import Work
from ..situations.expected_of_talks import expect_all_read, expect_model, expect_note_of_the_model, only
from ..situations.long_talks import Fact, drawn, in_order, other_facts, unsaid, words_of_the_note
from ..situations.summary_server import TalkServer
from ..situations.told_facts import spoken
from . import hints
from .talk_with_next_turn import ASKED, GIVEN, SENT, SENT_TO_SUMMARISE, Talk, Turn

MOST = 8  # messages that can stand behind the system message and the note


def expect_last_turns(turn: Turn) -> None:
    """Expect that the last two turns go out with the question, as they were said."""
    for request in turn.questions:
        only(turn.scene, GIVEN, ASKED, SENT).expect(
            in_order(turn.said[-4:], spoken(request)[:-1]),
            "The last two turns before the question are not all in the request, as they were said.",
            why='"Why?", "the second one", "say that again" refer to those very words.',
            hint=hints.LAST_TURNS,
        )


def expect_rules(messages: list[Message], rules: str, scene: Scene) -> None:
    """Expect that a request begins with the system message, as it was given, and has no other one."""
    first, roles = spoken(messages[:1]), [message["role"] for message in messages]
    scene.expect(
        roles[:1] == ["system"] and rules in first[0][1],
        "The system message is no longer the first one, or has lost its words.",
        why="Its rules hold for the whole talk. A summary of them is not obeyed.",
        hint=hints.RULES_LOST,
    )
    scene.expect(
        first[0][1] == rules,
        f"The system message was: {rules} Now there is more in it.",
        why="What stands there is obeyed. The note is made of the user's words, which would become rules.",
        hint=hints.RULES_GROWN,
    )
    scene.expect(
        not {"system", "developer"} & set(roles[1:]),
        "There is a second system message.",
        why="Many servers refuse it. And the note is made of the user's words, which would become rules there.",
        hint=hints.SECOND_SYSTEM_MESSAGE,
    )


def expect_only_two_turns_left(talk: Talk, count: int) -> None:
    """Expect that of so many messages the last two turns are left, and a note that the model has written, if they were many."""
    turn = talk.turns[-1]
    expect_limit(turn)
    expect_last_turns(turn)
    older = talk.said[-8:-6] if count > MOST else []
    only(talk.scene, GIVEN, ASKED, SENT).expect(
        not older or not in_order(older, spoken(turn.questions[-1])),
        f"{count} messages stood behind the system message, and more than the last 2 turns are left.",
        why="What stays is sent with every question, and the next summary is needed sooner.",
        hint=hints.TOO_MUCH_LEFT,
    )
    expect_note_of_the_model(only(talk.scene, SENT_TO_SUMMARISE, SENT), turn.notes, turn.questions[-1])


def expect_old_turns_read(turn: Turn) -> None:
    """Expect that the model has read, for the summary, what is no longer sent."""
    left = spoken(turn.questions[-1])
    gone = [said for said in turn.said[len(turn.said) - turn.behind :] if not in_order([said], left)]
    expect_all_read(only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE), gone, turn.to_summarise)


def expect_limit(turn: Turn, hint: tuple[str, ...] = hints.MORE_THAN_EIGHT, what: str = "") -> None:
    """Expect a summary with this question if too many messages stand there, and only then."""
    wanted = turn.behind > MOST
    only(turn.scene, GIVEN, ASKED, SENT_TO_SUMMARISE).expect(
        turn.summarised == wanted,
        f"{what}{turn.behind} messages stood behind the system message and the note, and "
        + ("the model was not asked for a summary." if wanted else "a summary was asked for."),
        why="Whatever is in the history is paid for in every turn."
        if wanted
        else "Each costs a request, the user waits for it, and whatever is summarised often loses a little each time.",
        hint=hint,
    )


def expect_untold(talk: Talk, fact: Fact) -> None:
    """Go on in two ways from the same history. Expect that what is said on the first way is not known on the second."""
    before, turns = (talk.history, talk.said, talk.behind), len(talk.turns)
    for text in (fact.said, "And now?", "Why?", "Go on."):
        talk.ask(text)
    talk.history, talk.said, talk.behind = before
    for text in ("And then?", "I see.", "Is that so?", "What else?"):
        talk.ask(text)
        expect_unheard(talk, [fact], "{} was said once this history had been handed out, and it went on without that.")
    talk.history, talk.said, talk.behind = before
    del talk.turns[turns:]


def expect_unheard(talk: Talk, facts: list[Fact], what: str) -> None:
    """Expect that these facts are in no request of the last turn."""
    for request in talk.turns[-1].sent:
        scene = only(talk.scene, GIVEN, ASKED)
        scene.show(SENT, request)
        for fact in facts:
            scene.expect(
                not fact.is_in(request),
                what.format(f'"{fact.said}"'),
                why="One user would read what another one said.",
                hint=hints.KEPT_ELSEWHERE,
            )


def keeps_to_the_limit(talks: list[Talk]) -> bool:
    """Whether summaries come when they should, where nothing special happens."""
    return not any(talk.problem or (turn.behind > MOST) != turn.summarised for talk in talks for turn in talk.turns)


def expect_all_in_the_history(challenge: Work, clear: Callable[[], None], limited: bool) -> None:
    """Hold two talks at once, go on in two ways from one history, and start the program again. `clear` takes its files.

    Where summaries came when they should (`limited`), they have to come so here, too.
    """
    server = TalkServer()
    pair = [Talk(challenge, seed, server=server) for seed in (67, 68)]
    pair[1].facts = other_facts(drawn(challenge, 69), pair[0].facts)
    for _ in range(10):
        for talk, other in (pair, pair[::-1]):
            talk.ask(talk.next_text())
            expect_unheard(
                talk, other.facts, "Two conversations were held at the same time. {} was said in the other one."
            )
    for talk in pair:
        known = [fact for fact in talk.facts if talk.knows(fact)[0]]
        expect_untold(talk, other_facts(drawn(challenge, 70), [*pair[0].facts, *pair[1].facts])[0])
        for _ in range(4):
            clear()
            talk.challenge = Work(challenge.path, challenge.name)  # as when the program is started anew
            talk.client = server.client()
            for fact in known:
                expect_known_still(talk, fact)
            talk.ask(talk.next_text())
            if limited:
                expect_limit(talk.turns[-1], hints.KEPT_ELSEWHERE, "The program was started again with each question. ")


def expect_known_still(talk: Talk, fact: Fact) -> None:
    """Expect that a fact is known where the program has just been started again."""
    still, reply = talk.knows(fact)
    only(talk.scene, GIVEN, ASKED, SENT).expect(
        still,
        f'"{fact.said}" was known, until the program was ended and started again. Now the answer is: "{reply}"',
        why="A program ends. The history may be in a file, and goes on tomorrow.",
        hint=hints.KEPT_ELSEWHERE,
    )


def expect_sound_after_failures(talk: Talk) -> None:
    """Expect that all turns that no summary stands for yet go out with the question, where a summary has failed."""
    for turn in talk.turns:
        only(turn.scene, GIVEN, ASKED, SENT).expect(
            not turn.summarised
            or turn.written
            or in_order(turn.said[len(turn.said) - turn.behind :], spoken(turn.questions[-1])[:-1]),
            "The summary failed, was empty or was cut off, and the question went out without the turns that it should stand for.",
            why="For this question they are lost: the reply is one of somebody who does not know of them.",
            hint=hints.NOT_SENT,
        )
    expect_model(only(talk.scene, ASKED), talk.server, 0, len(talk.server.models))


def expect_said_as_it_was(challenge: Work, text: str, reply: str, where: tuple[int, ...]) -> None:
    """Let a user say this, and get this reply, in some of the turns, and expect that all goes on as ever."""
    talk, what = Talk(challenge, 59).with_simple_replies(), f"The user has said: {text!r:.80}. "
    others = iter([*(fact.said for fact in talk.facts), *["Go on."] * 2])
    for number in range(11):
        special = number in where
        talk.server.own_reply = reply if special else ""
        talk.ask(text if special else next(others, "") or next(talk.small_talk))
        turn = talk.turns[-1]
        expect_limit(turn, hints.WORDS_OF_THE_NOTE, what)
        only(talk.scene, GIVEN, ASKED, SENT).expect(
            in_order(turn.said[-4:], spoken(turn.questions[-1])),
            f"{what}Now the last two turns are not sent as they were said.",
            why="Whatever a user says is said, and no part of your note.",
            hint=hints.WORDS_OF_THE_NOTE,
        )
    talk.expect_facts_known("early on; and the user said the words of the note", hints.WORDS_OF_THE_NOTE)


def words_of_note(talks: list[Talk]) -> Iterator[tuple[str, str]]:
    """What a user says, and the model replies, to sound like this learner's note."""
    for place in ("request", "history"):
        notes = []
        for talk in talks:
            turn = next((turn for turn in talk.turns if turn.summarised), talk.turns[-1])
            said = [*turn.said, ("user", turn.text), *talk.said[len(turn.said) : len(turn.said) + 2]]
            notes.append(unsaid(turn.questions[-1] if place == "request" else turn.history, said))
        yield from words_of_the_note(*notes, filling="I like tea.")
