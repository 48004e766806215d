"""What is looked at in a talk: what was sent up to the budget, what is left, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from mock_model.api.tokens import PRIMING

from ..engine.criteria import Message, NotYet, Scene
from ..engine.learner_code import Work
from ..situations.expected_of_talks import expect_all_read, expect_note_of_the_model, only, was_raised_for
from ..situations.long_talks import RULES, Fact, in_order, unsaid, words_of_the_note
from ..situations.summary_server import size_of
from ..situations.told_facts import spoken
from . import hints
from .talk_with_a_memory import (
    ASKED,
    IS_NOW,
    MADE,
    NARROW,
    SENT,
    SENT_TO_SUMMARISE,
    WAS,
    Answer,
    Talk,
    Turn,
    refused,
    said_in,
)

ROOMY = 380  # tokens of a question with the rules, of 500, that leave room for a summary


def expect_memory(recalled: list[Answer]) -> None:
    """Expect that facts are known when nothing fails: otherwise nothing is found out by letting something fail."""
    if not all(answer.is_known for answer in recalled):
        raise NotYet(
            "Early facts are not known even when nothing special happens.", hints=hints.FORGOTTEN, judged=False
        )


def expect_sound_request(request: list[Message], rules: str, replies: set[str], scene: Scene) -> None:
    """Expect the system message first, as it was given, and then whole turns. `replies`: to earlier questions."""
    roles = [message["role"] for message in request]
    scene.expect(
        roles[0] == "system" and rules in spoken(request)[0][1] and not {"system", "developer"} & {*roles[1:]},
        "A request should begin with the system message, and have no other one.",
        why="Without its rules the model is another one; a second one is refused by many servers.",
        hint=hints.SYSTEM_MESSAGE_FIRST,
    )
    scene.expect(
        spoken(request)[0][1] == rules,
        f"The system message was: {rules} Now there is more in it.",
        why="What stands there is obeyed. The summary is made of the user's words, which would become rules.",
        hint=hints.RULES_GROWN,
    )
    scene.expect(
        all(one != next_one for one, next_one in pairwise(roles)),
        "After the system message, user and assistant should alternate.",
        why="Many servers refuse two messages of the same role in a row.",
        hint=hints.SEPARATED,
    )
    left_alone = spoken(request)[1][1] in replies
    scene.expect(
        roles[1] == "user",
        "The request begins with a reply whose question is gone."
        if left_alone
        else "After the system message, a user message should come first.",
        why="The model reads an answer to nothing, and some servers refuse it.",
        hint=hints.REPLY_WITHOUT_ITS_QUESTION if left_alone else hints.ROLES_OF_THE_SUMMARY,
    )


def expect_unheard(talk: Talk, messages: list[Message], facts: Sequence[Fact]) -> None:
    """Expect that these facts are neither in what the memory held before the last turn, nor in its requests."""
    for request in (messages, *talk.turns[-1].sent):
        scene = only(talk.scene, ASKED)
        scene.show(WAS if request is messages else SENT, request)
        for fact in facts:
            scene.expect(
                not fact.is_in(request),
                f'"{fact.said}" was said to another memory, and this one has it too.',
                why="One user would read what another one said.",
                hint=hints.SHARED_BY_TWO,
            )


def expect_messages_tell(turn: Turn, budget: int) -> None:
    """Expect that `messages` was what was sent before the question, and is nothing that could never be sent."""
    if not turn.summarised:
        only(turn.scene, WAS, ASKED, SENT).expect(
            spoken(turn.questions[-1][:-1]) == spoken(turn.before),
            "No summary was asked for, and what was sent before the question is not what `messages` held.",
            why="Whoever looks at `messages` wants to see what the model will read.",
            hint=hints.WHAT_MESSAGES_HOLDS,
        )
    size = size_of(turn.after[:-1])
    only(turn.scene, MADE, ASKED, SENT, IS_NOW).expect(
        size <= budget,
        f"`messages` has {size} tokens without the last reply, and max_tokens is {budget}. So much was never sent.",
        why="Whoever looks at `messages` wants to see what the model will read.",
        hint=hints.WHAT_MESSAGES_HOLDS,
    )


def expect_last_turns(turn: Turn, earlier: Sequence[Turn], budget: int) -> None:
    """Expect that of these turns before, the last ones go out as they were said, as long as they are small."""
    recent: list[tuple[str, str]] = []
    for one in earlier[::-1]:
        longer = [*said_in([one]), *recent]
        if sum(len(text) / 4 + 5 for _, text in [*longer, ("user", turn.text)]) > budget * 0.3:
            break
        recent = longer
    for request in turn.questions:
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            in_order(recent, spoken(request)[:-1]),
            f"The last {len(recent) // 2} turns are small, but the request does not hold them as they were said.",
            why='"Why?", "the second one", "say that again" refer to those very words.',
            hint=hints.LAST_TURNS,
        )


def expect_sent_as_it_is(challenge: Work, texts: Sequence[str], needed: int, more: int) -> None:
    """Say all this to a memory that has room for it, but for `more` tokens, and expect that what fits is sent as it is."""
    talk = Talk(challenge, 85, simple=True, max_tokens=needed + more, keep_recent=2)
    talk.server.known = talk.facts[:1]
    try:
        for text in texts:
            talk.ask(text)
    except NotYet as problem:
        raise refused(talk, problem, hints.UP_TO_THE_BUDGET) or problem from None
    for turn in talk.turns if more >= 0 else talk.turns[:-1]:
        asked = size_of([*turn.before, {"role": "user", "content": turn.text}])
        only(turn.scene, MADE, ASKED, SENT_TO_SUMMARISE).expect(
            spoken(turn.sent[0]) == [*spoken(turn.before), ("user", turn.text)],
            f"`messages` and the question have {asked} tokens, max_tokens is {needed + more}, and they "
            "were not sent as they are.",
            why="Whatever is left out or summarised says less than the messages, and here nothing has to be.",
            hint=hints.UP_TO_THE_BUDGET,
        )
    talk.expect_budget(needed + more, hints.TO_THE_TOKEN)


def expect_sent_up_to(talk: Talk, budget: int, more: int) -> None:
    """Ask what makes the budget full, but for `more` tokens, and expect that it is sent as it is, unless it is over."""
    before, error = talk.messages(), None
    try:
        talk.ask(question_of(budget + more, before))
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise
        error = problem.__cause__
    as_it_is = not error and spoken(talk.turns[-1].sent[0]) == [*spoken(before), ("user", talk.server.asked)]
    if more > 0:
        if as_it_is:
            talk.expect_budget(budget, hints.TO_THE_TOKEN)
        return
    only(talk.scene, MADE, WAS, ASKED, SENT_TO_SUMMARISE).expect(
        as_it_is,
        f"`messages` and the question have {budget + more:,} tokens, max_tokens is {budget:,}"
        f"{'' if talk.sizes else ' where nobody says otherwise'}, and "
        + (f"ask raised {type(error).__name__}." if error else "they were not sent as they are."),
        why="Whatever is left out or summarised says less than the messages, and here nothing has to be.",
        hint=hints.UP_TO_THE_BUDGET,
    )


def expect_turns_kept(talk: Talk) -> None:
    """Expect that what was summarised goes: of small turns, the last keep_recent stay, and no more."""
    keep_recent = talk.sizes.get("keep_recent", 6)
    for number, turn in enumerate(talk.turns):
        if not turn.summarised:
            continue
        said = said_in(talk.turns[:number])
        last, older = said[len(said) - 2 * keep_recent :], said[-2 * keep_recent - 2 :][:2]
        sent = spoken(turn.questions[-1])[:-1]
        what = "fewer" if not in_order(last, sent) else "more" if in_order(older, sent) else ""
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            not what,
            f"Old turns were summarised, and {what} than {keep_recent} turns are left, which are not long.",
            why="Too few: what was just said is gone. Too many: the next summary is needed sooner.",
            hint=hints.TURNS_KEPT if keep_recent else hints.NO_TURN_KEPT,
        )
        expect_note_of_the_model(only(turn.scene, SENT_TO_SUMMARISE, SENT), turn.notes, turn.questions[-1])
        gone = [words for words in said if in_order([words], spoken(turn.before)) and not in_order([words], sent)]
        expect_all_read(only(turn.scene, MADE, WAS, ASKED, SENT_TO_SUMMARISE), gone, turn.to_summarise)


def expect_all_is_well(talk: Talk, hint: tuple[str, ...]) -> None:
    """Expect that no question is refused, that the budget holds, and that the facts are known."""
    if isinstance(talk.problem, NotYet) and talk.problem.hints == hints.LONG_TURNS:  # a question was refused
        talk.problem.hints, talk.problem.judged = hint, True
    talk.end()
    talk.expect_budget_in_each_turn(hint)
    for fact in talk.facts:
        talk.expect_known(fact, f"about {len(talk.turns)} turns ago", hint)


@contextmanager
def suppress_refusals() -> Iterator[None]:
    """Around a question that may be refused: whether it should be is looked at elsewhere."""
    try:
        yield
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise


def question_of(needed: int, before: Sequence[Message] = ({"role": "system", "content": RULES},)) -> str:
    """A question that needs so many tokens in a request in which nothing else stands but these messages."""
    text, rest = "What is this?", needed - size_of([*before])
    while (size := size_of([{"role": "user", "content": text}]) - PRIMING) < rest:
        text += " And so it went on." * ((rest - size - 1) // 6) or " on"
    return text


def expect_only_just_fits(talk: Talk, needed: int) -> None:
    """Ask what needs so many tokens, in a memory that holds only the system message, and expect that it is sent."""
    try:
        talk.ask(question_of(needed))
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise
        raise NotYet(
            f"The system message and the question have {needed} tokens together, max_tokens is 500, nothing was said before, and "
            f"ask raised {type(problem.__cause__).__name__}.",
            only(talk.scene, MADE, ASKED).shown,
            "What fits is sent.",
            hints.UP_TO_THE_BUDGET,
        ) from None
    talk.expect_budget(500, hints.UP_TO_THE_BUDGET)


def expect_refused(talk: Talk, needed: int) -> None:
    """Ask what needs so many tokens. Expect ValueError, and that the memory is as it was."""
    before, error = talk.messages(), None
    try:
        talk.ask(question_of(needed))
    except NotYet as problem:
        if not was_raised_for(problem):
            raise
        error = problem.__cause__
    only(talk.scene, MADE, ASKED).expect(
        isinstance(error, ValueError),
        f"The question has {needed} tokens with the system message, and max_tokens is 500. "
        f"{type(error).__name__ if error else 'No error'} came, where ValueError was expected.",
        why="Your caller can tell the user that the question is too long. Sent all the same, it is refused by the server.",
        hint=hints.QUESTION_TOO_LONG,
    )
    expect_as_before(talk, before)


def expect_as_before(talk: Talk, before: list[Message]) -> None:
    """Expect that a question which was refused has left the memory as it was."""
    only(talk.scene, WAS, ASKED).expect(
        talk.messages() == before,
        "ValueError came, but `messages` has changed.",
        why="The conversation should go on as if the question had not been asked.",
        hint=hints.CHANGED_BY_A_FAILURE,
    )


def expect_room_made(talk: Talk, needed: int) -> None:
    """Ask what needs so many of 500 tokens. Expect that old turns make room, or that nothing has changed where none is left."""
    before = talk.messages()
    try:
        talk.ask(question_of(needed))
    except NotYet as problem:
        if not isinstance(problem.__cause__, ValueError):
            raise
        only(talk.scene, MADE, WAS, ASKED).expect(
            needed > ROOMY,
            f"The question has {needed} tokens with the rules, max_tokens is 500, and ask raised "
            f"{type(problem.__cause__).__name__}. There is room for a summary of 60 tokens.",
            why="Old turns can go into the summary. The conversation is over when its next question is refused.",
            hint=hints.LONG_TURNS,
        )
        expect_as_before(talk, before)
    else:
        talk.expect_budget(500, hints.TO_THE_TOKEN)
    for fact in talk.facts:
        when = f"early on. Then came a question that needs {needed} of 500 tokens with the rules"
        talk.expect_known(fact, when, hints.FITS_NEVERTHELESS)
        talk.expect_budget(500, hints.TO_THE_TOKEN)


def words_of_the_summary(talks: Sequence[Talk]) -> Iterator[tuple[str, str]]:
    """What a user says, and the model replies, to sound like what comes with this learner's summaries."""
    for place in ("request", "messages"):
        notes = []
        for talk in talks:
            turn = next((turn for turn in talk.turns if turn.summarised), talk.turns[-1])
            notes.append(unsaid(turn.questions[-1] if place == "request" else turn.after, said_in(talk.turns)))
        yield from words_of_the_note(*notes, filling="I like tea.")


def expect_said_as_it_was(challenge: Work, text: str, reply: str, where: tuple[int, int]) -> None:
    """Let a user say this, and get this reply, in two of the turns, and expect that all goes on as ever."""
    talk = Talk(challenge, 89, longer=45, simple=True, **NARROW)
    others = iter([fact.said for fact in talk.facts])
    what = f"The user has said: {text!r:.80}. "
    for number in range(13):
        special = number in where
        talk.server.own_reply = reply if special else ""
        said = said_in(talk.turns)
        try:
            talk.ask(text if special else next(others, "") or next(talk.small_talk))
        except NotYet as problem:
            raise NotYet(f"{what}{problem}", problem.shown, problem.why, hints.WORDS_OF_THE_SUMMARY) from None
        talk.expect_budget(500, hints.WORDS_OF_THE_SUMMARY)
        turn = talk.turns[-1]
        fits = size_of([*turn.before, {"role": "user", "content": turn.text}]) <= 500
        request = spoken(turn.questions[-1])[:-1]
        only(turn.scene, MADE, WAS, ASKED, SENT).expect(
            in_order(said[-4:], request) and (not fits or request == spoken(turn.before)),
            f"{what}Now what was said last is not sent as it was said.",
            why="Whatever a user says is said, and no part of your summary.",
            hint=hints.WORDS_OF_THE_SUMMARY,
        )
    talk.expect_facts_known("early on; and the user said the words of the summary", hints.WORDS_OF_THE_SUMMARY)
