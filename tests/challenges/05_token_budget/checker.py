"""Checks work/05_token_budget.py: as many of the newest turns as fit into a budget of tokens."""

from __future__ import annotations

from collections import Counter
from itertools import chain, cycle

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from ..engine.criteria import Message, Scene
from ..engine.preconditions import beforehand, however_long
from ..situations.histories import copied, turns_of, unusual_histories
from . import hints
from .budgets import PRIMING, Counting, a_long_case, as_text, budgets, cost, edges, fitting, misfits, needs, talks
from .costs_by_role import expect_these_costs
from .impossible_budgets import expect_an_error
from .small_windows import expect_a_talk_without_refusals
from .trimming import (
    call,
    expect_messages,
    expect_no_change,
    expect_right_without_room,
    given_in,
    show_expected,
    trimmed,
    wrong_sum,
)

MANY = settings()
FEW = settings(max_examples=16)  # a criterion with a narrow question needs fewer histories
REPLIES = (1, 64, 2, 4_000, 3, 10, 7, 500, 5)  # tokens
AT_THE_EDGES = settings(max_examples=6)  # each with a budget at the edge of each turn, and beside it
SHORT = st.sampled_from((1, 2, 3, 4, 6, 9))  # tokens that are missing


@given(case=budgets(least=1))
@FEW
def test_the_system_message_is_sent_first(challenge, case):
    """The system message is always sent, first and once"""
    history, max_tokens = case
    system = spoken(history[0])
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        [system] == [spoken(message) for message in sent if message["role"] == "system"] == [*map(spoken, sent[:1])],
        "The system message is not at the beginning, or not only there.",
        why="Without its rules the model is another one; twice, many servers refuse it.",
        hint=hints.KEPT_APART,
    )


@given(case=budgets())
@FEW
def test_the_newest_question_is_sent_last(challenge, case):
    """The newest question is always sent, last"""
    history, max_tokens = case
    question = spoken(history[-1])
    scene, sent = trimmed(challenge, history, max_tokens)
    scene.expect(
        sent[1:] and spoken(sent[-1]) == question,
        f"The newest question, {question[1][:20]!r}, is not the last message.",
        why="Without it the model answers a question that nobody asked, or an old one.",
        hint=hints.NEVER_DROPPED,
    )


def test_the_function_that_is_handed_in_counts(challenge):
    """A message costs what message_tokens, the function that is handed in, says of it"""
    for costs in ({"system": 9, "user": 4, "assistant": 17}, {"system": 2, "user": 12, "assistant": 5}):
        expect_these_costs(challenge, costs)


@given(case=budgets(least=1, roomy=True))
@FEW
def test_never_over_the_budget(challenge, case):
    """A request never costs more than max_tokens"""
    history, max_tokens = case
    counting = Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    over = cost(sent) > max_tokens
    scene.expect(
        not over,
        f"The messages that you returned cost {cost(sent)} tokens, but max_tokens is {max_tokens}.",
        why="Over the model's window the whole request is refused.",
        hint=(over and wrong_sum(challenge, scene, history, max_tokens, counting, sent)) or hints.ADD_FIRST,
    )


@given(case=budgets(least=1))
@FEW
def test_the_priming_of_the_reply_is_counted(challenge, case):
    """… the 3 tokens included that prime the reply"""
    history, max_tokens = case
    counting = Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    over = cost(sent) + PRIMING > max_tokens
    scene.expect(
        not over,
        f"The messages cost {cost(sent)} tokens and the request {cost(sent) + PRIMING}, but max_tokens is {max_tokens}.",
        why="A request that is three tokens over is refused like one that is a thousand over.",
        hint=(over and wrong_sum(challenge, scene, history, max_tokens, counting, sent)) or hints.PRIMING,
    )


@given(case=budgets(least=1))
@FEW
def test_turns_stay_whole(challenge, case):
    """Turns stay whole: a reply with its question, a call with its result"""
    history, max_tokens = case
    scene, sent = trimmed(challenge, history, max_tokens)
    rest = [message for message in sent if message["role"] != "system"]
    called = {call["id"] for message in sent for call in message.get("tool_calls") or ()}
    answered = {message.get("tool_call_id") for message in sent if message["role"] == "tool"}
    first = rest[0]["role"] if rest else "user"
    scene.expect(
        first == "user" and called == answered,
        f"After the system message comes one with the role {first!r}."
        if first != "user"
        else f"Called, but without a result: {sorted(called - answered)}. Not called: {sorted(answered - called)}.",
        why="The model reads an answer whose question is gone; a call without its result is refused with an error 400.",
        hint=hints.WHOLE_TURNS,
    )


@given(case=budgets() | st.tuples(talks(), st.integers(1, 12)))
@settings(max_examples=30)
def test_the_history_is_not_changed(challenge, case):
    """Your caller's list stays as it was, even after an error"""
    for reply_tokens in (0, 2):
        expect_no_change(challenge, case[0], case[1] + reply_tokens, reply_tokens)


@given(case=misfits() | budgets(least=2))
@FEW
def test_no_turn_is_left_out_in_the_middle(challenge, case):
    """No turn is left out in the middle"""
    history, max_tokens = case
    before = copied(history)
    scene, sent = trimmed(challenge, history, max_tokens)
    rest = sent[1:]
    end = before[len(before) - len(rest) :]
    turned = sorted(map(as_text, rest)) == sorted(map(as_text, end))
    scene.expect(
        rest == end,
        "What you returned is not the end of the history: something between is missing, or in another order.",
        why="A later turn may rest on the one that is missing, and neither the model nor the user would notice.",
        hint=hints.ANOTHER_ORDER if turned else hints.LEFT_OUT,
    )


@given(case=budgets(exactly=False))
@MANY
@seed(8)  # draws in which the 3 of the priming, counted for each turn, are left to the criterion that tells of them
def test_as_many_of_the_newest_turns_as_fit(challenge, case):
    """As many of the newest turns are sent as fit"""
    history, max_tokens = case
    expected, counting = copied(fitting(history, max_tokens)), Counting()
    scene, sent = trimmed(challenge, history, max_tokens, counting)
    show_expected(scene, expected)
    wrong = sent != expected
    scene.expect(
        not wrong,
        "What came back are not the system message and as many of the newest turns as fit.",
        why="What could have been sent and was not is forgotten for nothing.",
        hint=(wrong and wrong_sum(challenge, scene, history, max_tokens, counting, sent)) or hints.AS_MANY_AS_FIT,
    )


@given(history=talks(least=2))
@AT_THE_EDGES
def test_to_the_token(challenge, history):
    """A turn that fits to the token is sent, and one that is a token too large is not"""
    for max_tokens in edges(history):
        counting, expected = Counting(), fitting(history, max_tokens)
        scene, sent = trimmed(challenge, list(history), max_tokens, counting)
        show_expected(scene, expected)
        wrong = sent != expected
        scene.expect(
            not wrong,
            f"A request of {cost(expected) + PRIMING} tokens was expected, and one of {cost(sent) + PRIMING} came back, "
            f"where max_tokens is {max_tokens}.",
            why="What is one token over is refused, and what was left out for nothing is forgotten.",
            hint=(wrong and wrong_sum(challenge, scene, history, max_tokens, counting, sent))
            or (hints.TOO_FEW_TO_THE_TOKEN if len(sent) < len(expected) else hints.TO_THE_TOKEN),
        )


@given(case=budgets(same=True, least=2))
@FEW
def test_equal_messages_count_each(challenge, case):
    """Messages that are equal count each: people say the same twice"""
    history, max_tokens = case
    expected = copied(fitting(history, max_tokens))
    scene, sent = trimmed(challenge, history, max_tokens)
    show_expected(scene, expected)
    scene.expect(
        sent == expected,
        f"{len(expected)} messages were expected, the newest turns that fit, and {len(sent)} came back."
        if len(sent) != len(expected)
        else "What came back are not the system message and the newest turns that fit.",
        why="What could have been sent and was not is forgotten, and what is too much is refused.",
        hint=hints.EQUAL_MESSAGES,
    )


@given(history=talks(least=1), first=st.integers(0, len(REPLIES) - 1))
@AT_THE_EDGES
def test_room_is_kept_for_the_reply(challenge, history, first):
    """Beside the request, reply_tokens of max_tokens stay free"""
    for limit, reply_tokens in zip(edges(history), cycle(REPLIES[first:] + REPLIES[:first]), strict=False):
        max_tokens, expected = limit + reply_tokens, fitting(history, limit)
        scene, sent = trimmed(challenge, list(history), max_tokens, reply_tokens=reply_tokens)
        request = cost(sent) + PRIMING
        if sent != expected:
            expect_right_without_room(challenge, history, limit, expected)
        scene.expect(
            request + reply_tokens <= max_tokens,
            f"The request costs {request} tokens, so {max(0, max_tokens - request)} of the {max_tokens} stay free, where "
            f"{reply_tokens} should.",
            why="Request and reply share the model's window: a reply without room is cut off in the middle of a sentence.",
            hint=hints.ROOM,
        )
        show_expected(scene, expected)
        scene.expect(
            sent == expected,
            f"More would fit: {max_tokens - request} of the {max_tokens} tokens stay free, where {reply_tokens} should.",
            why="What could have been sent and was not is forgotten for nothing.",
            hint=hints.ROOM_ONCE,
        )


@given(history=talks(), short=SHORT)
@MANY
def test_an_error_says_when_it_is_impossible(challenge, history, short):
    """If the question cannot fit, a ValueError says what is needed, and what there is"""
    for max_tokens in (needs(history)[0] - short, 0):
        expect_an_error(challenge, history, max_tokens, 0)


@given(history=talks(), short=SHORT, reply_tokens=st.sampled_from((4, 10, 50)))
@FEW
def test_the_error_counts_the_room_for_the_reply(challenge, history, short, reply_tokens):
    """… the room for the reply included"""
    for max_tokens in (needs(history)[0] + reply_tokens - short, reply_tokens - 1):
        expect_an_error(challenge, history, max_tokens, reply_tokens)


@given(case=budgets(least=1) | st.sampled_from((30, 12)).map(a_long_case))
@FEW
def test_each_message_is_counted_once(challenge, case):
    """message_tokens is asked at most once about each message"""
    history, max_tokens = case
    there = Counter(map(as_text, history))
    counting = Counting()
    scene, _ = trimmed(challenge, history, max_tokens, counting)
    asked = Counter(map(as_text, counting.asked))
    again = [message for message in counting.asked if asked[as_text(message)] > there[as_text(message)]]
    times = asked[as_text(again[0])] if again else 0
    scene.show("message_tokens was asked about", counting.asked)
    scene.expect(
        not again and len(counting.asked) <= len(history),
        f"It was asked {len(counting.asked)} times about {len(history)} messages"
        + (f", {times} times about the one with {str(again[0]['content'])[:24]!r}." if again else "."),
        why="Counting anew for each message that is dropped makes four times the work of a talk of twice the length.",
        hint=hints.COUNTED_AGAIN,
    )


def test_messages_stay_as_they_are(challenge):
    """Messages are counted and sent as they are, whatever is in them"""
    for what, talk in unusual_histories().items():
        history = [*talk, {"role": "user", "content": "And now?"}]
        for max_tokens in needs(history):
            scene, counting = Scene(), Counting()
            given_in(scene, history, max_tokens)
            with beforehand():
                sent = call(challenge, copied(history), max_tokens, counting)
                expect_messages(scene, sent, [])
            expected = fitting(history, max_tokens)
            show_expected(scene, expected)
            strange = [message for message in [*counting.asked, *sent] if message not in history]
            scene.expect(
                not strange and list(sent) == expected,
                "A message that was counted or sent is none of the history: something of it has been lost, or changed."
                if strange
                else "What came back are not the system message and as many of the newest turns as fit.",
                why="A message costs, and says, all that is in it.",
                hint=(hints.UNUSUAL[what], hints.AS_THEY_ARE),
            )
    if expect_these_costs(challenge, {"system": 3, "user": 6, "assistant": 1}):
        expect_these_costs(challenge, {"system": 3, "user": 6, "assistant": 0})


def spoken(message: Message) -> tuple:
    return message["role"], message.get("content")


def test_a_long_talk_in_a_small_window(challenge):
    """A long talk goes on in a small window, and fills a large one"""

    def by_letters(message: Message) -> int:
        return 4 + len(str(message["content"]))

    first, short, long = a_long_case(2), a_long_case(40), a_long_case(840)
    with beforehand():
        call(challenge, *first, by_letters)
    near = [(count, more) for count in (40, 25, 12) for more in (0, 1, -1)]
    for (talk, _), cases in ((short, near), (long, [(840, 0), (400, -1), (400, 0), (30, 1)])):
        steps, turns = needs(talk, by_letters), turns_of(talk)
        for count, more in cases:
            wanted = count + (more >= 0)
            scene = Scene()
            scene.show(f"You were given, with max_tokens={steps[count] + more}", talk)
            with however_long(scene, "trim_to_budget", len(talk)), beforehand():
                sent = call(challenge, list(talk), steps[count] + more, by_letters)
                expect_messages(scene, sent, [])
            came = len(turns_of(list(sent)))
            scene.expect(
                list(sent) == [talk[0], *chain(*turns[-wanted:])],
                f"{came} turns came back where {wanted} fit{', or not the newest ones' * (came == wanted)}.",
                why="Conversations get long, and some models have room for many turns.",
                hint=hints.FOR_SHORT_TALKS_ONLY,
            )
    expect_a_talk_without_refusals(challenge)
