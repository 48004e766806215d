"""Checks work/04_sliding_window.py: a history bounded by turns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from common import OFFLINE_MODEL

from ..engine.criteria import Scene
from ..engine.preconditions import beforehand, however_long
from ..engine.recording_server import RecordingServer
from ..situations.histories import (
    NO_CALLS,
    SYSTEM,
    a_long_history,
    copied,
    histories,
    turns_of,
    unusual_histories,
)
from . import hints
from .conversations import QUESTION, greeted, last_turns, talks
from .greetings import expect_the_greeting
from .windows import SENT_AS_IT_IS, TOO_FEW_OR_MANY, TURNS, expect_messages, what_is_wrong, window_of

KEEP = st.integers(1, 4)


@given(history=talks(least=1), keep_turns=KEEP)
def test_the_system_message_is_sent_first(challenge, history, keep_turns):
    """The system message is always there, first, and once"""
    scene, window = window_of(challenge, history, keep_turns)
    system = history[0]
    scene.expect(
        system in window,
        "The system message is missing.",
        why="Without its rules the model is another one.",
        hint=hints.KEPT_APART,
    )
    scene.expect(
        window.count(system) == 1,
        f"The system message is there {window.count(system)} times.",
        why="It costs its tokens each time, and strict servers refuse a second one.",
        hint=hints.AMONG_THE_LAST,
    )
    scene.expect(
        window[0] == system,
        f"The system message is there, but the first message is one of the role {window[0]['role']!r}.",
        why="Strict servers want it first.",
        hint=hints.PUT_TOGETHER,
    )


@given(history=talks(least=1) | st.sampled_from([30, 45]).map(a_long_history), keep_turns=KEEP)
def test_the_history_is_not_changed(challenge, history, keep_turns):
    """Your caller's list, and the messages in it, stay as they were"""
    handed = copied(history)
    scene, _ = window_of(challenge, history, keep_turns, handed)
    scene.show("Your caller's list is now", handed)
    scene.expect(
        handed == history,
        "The list that was handed in has changed.",
        why="The window is what is sent this time. The history is what is remembered, and it may be needed again.",
        hint=hints.CHANGED_IN_PLACE,
    )


@given(history=talks(least=1, calls=NO_CALLS), keep_turns=KEEP)
def test_no_window_begins_with_an_orphan_reply(challenge, history, keep_turns):
    """No reply is sent without its question"""
    scene, window = window_of(challenge, history, keep_turns)
    rest = [message for message in window if message["role"] != "system"]
    scene.expect(
        not rest or rest[0]["role"] == "user",
        f"After the system message comes one with the role {rest[0]['role'] if rest else ''!r}.",
        why="The model reads an answer whose question is gone, and strict servers refuse it.",
        hint=hints.ORPHANS,
    )


@given(history=talks(least=1, calls=st.integers(1, 2)), keep_turns=KEEP)
def test_calls_and_results_stay_together(challenge, history, keep_turns):
    """A function call and its results are sent together, or not at all"""
    scene, window = window_of(challenge, history, keep_turns)
    called = {call["id"] for message in window for call in message.get("tool_calls") or ()}
    answered = {message["tool_call_id"] for message in window if message["role"] == "tool"}
    scene.expect(
        called == answered,
        f"Called, but without a result: {sorted(called - answered)}. "
        f"A result, but not called: {sorted(answered - called)}.",
        why="The server refuses such a request with an error 400.",
        hint=hints.CALLS,
    )


@given(history=talks(), keep_turns=KEEP)
def test_exactly_the_last_turns_are_kept(challenge, history, keep_turns):
    """The last turns are kept, whole, in order, and as many as asked for"""
    scene, window = window_of(challenge, history, keep_turns)
    expected = last_turns(history, keep_turns)
    scene.show("Expected", expected)
    problem = what_is_wrong(history, window, expected)
    what, hint = problem or ("", "")
    scene.expect(not problem, what, why=TOO_FEW_OR_MANY, hint=hint)


def test_messages_stay_as_they_are(challenge):
    """… and as they are, whatever is in them"""
    for what, history in {"many turns": a_long_history(9), **unusual_histories()}.items():
        for keep_turns in range(1, len(turns_of(history)) + 2):
            scene, expected = Scene(), last_turns(history, keep_turns)
            scene.show(f"You were given, with keep_turns={keep_turns}", history)
            with beforehand():
                window = TURNS.call(challenge, "sliding_window", copied(history), keep_turns)
                expect_messages(scene, window, most=len(history) + 1)
            scene.show("Expected", expected)
            changed = len(window) == len(expected) and any(message not in history for message in window)
            scene.expect(
                list(window) == expected,
                "A message that came back is none of the history: something of it has been lost, or changed."
                if changed
                else (what_is_wrong(history, list(window), expected) or ("",))[0],
                why=TOO_FEW_OR_MANY if not changed else "A message that loses something is another message.",
                hint=(hints.UNUSUAL[what], hints.A_TURN),
            )


@given(history=histories(least=2, same=True), keep_turns=KEEP)
def test_equal_messages_count_each(challenge, history, keep_turns):
    """Messages that are equal count each: people say the same twice"""
    scene, window = window_of(challenge, history, keep_turns)
    expected = last_turns(history, keep_turns)
    scene.show("Expected", expected)
    scene.expect(
        window == expected,
        f"{len(expected)} messages were expected, the last turns, and {len(window)} came back."
        if len(window) != len(expected)
        else "What came back are not the system message and the last turns.",
        why=TOO_FEW_OR_MANY,
        hint=hints.EQUAL_MESSAGES,
    )


@given(case=greeted())
def test_a_greeting_is_a_turn_of_its_own(challenge, case):
    """A greeting before the first question is a turn of its own, the oldest"""
    expect_the_greeting(challenge, *case)


def test_a_greeting_whatever_follows(challenge):
    """… also alone, before a reply that is equal to it, and in a long talk"""
    greeting = {"role": "assistant", "content": "What can I do for you?"}
    more = [{"role": "user", "content": "Hello!"}, greeting.copy(), *QUESTION, *QUESTION]
    for rest in ([], QUESTION[:1], more, a_long_history(60)[1:]):
        history = [SYSTEM, greeting, *rest]
        count = len(turns_of(history))
        for keep_turns in sorted({1, 2, count - 1, count, count + 1, count + 2} - {0, -1}):
            expect_the_greeting(challenge, history, keep_turns)


def test_long_histories_and_wide_windows(challenge):
    """However long the history is, and however many turns are to be kept"""
    first, short, long = a_long_history(2), a_long_history(40), a_long_history(840)
    with beforehand():
        TURNS.call(challenge, "sliding_window", first, 1)
    for history, keep_turns in [
        *((short, keep) for keep in range(1, 43)),
        (long, 400),
        (long, 1),
        (long, 7),
        (long, 839),
    ]:
        scene = Scene()
        scene.show(f"You were given, with keep_turns={keep_turns}", history)
        with however_long(scene, "sliding_window", len(history)), beforehand():
            window = TURNS.call(challenge, "sliding_window", list(history), keep_turns)
            expect_messages(scene, window, most=len(history) + 1)
        came, wanted = len(turns_of(list(window))), min(keep_turns, len(turns_of(history)))
        scene.expect(
            list(window) == last_turns(history, keep_turns),
            f"{came} turns came back where {wanted} {'were' if wanted != 1 else 'was'} wanted"
            f"{', or not the last ones' * (came == wanted)}.",
            why="Conversations get long, and some models have room for many turns.",
            hint=hints.FOR_SHORT_TALKS_ONLY,
        )


def test_the_cost_stops_growing_and_the_recent_context_works(challenge):
    """The prompt stops growing on a long conversation, and the recent context still works"""
    server = RecordingServer()
    client, history = server.client(), [SYSTEM.copy()]
    towns = "Lima Cusco Puno Ica Tacna Piura Nazca Chiclayo Trujillo Huaraz Arequipa Ayacucho".split()
    for town in towns:
        for question in (f"My next stop is {town}.", "What is my next stop?"):
            history.append({"role": "user", "content": question})
            scene, window = window_of(challenge, history, 3)
            with scene.sent_by_us(why=SENT_AS_IT_IS, hint=hints.A_TURN):
                answer = client.chat.completions.create(model=OFFLINE_MODEL, messages=window)
            history.append({"role": "assistant", "content": answer.choices[0].message.content})
        scene = Scene()
        scene.show("The model was sent", server.requests[-1])
        scene.show("It answered", server.replies[-1] or "")
        scene.expect(
            town in (server.replies[-1] or ""),
            f"The answer should name {town}, which was said in the turn before.",
            why="A window that loses the recent context is no memory.",
            hint=hints.RECENT_CONTEXT,
        )
    sizes = server.prompt_tokens
    scene.expect(
        max(sizes[6:]) <= 1.5 * max(sizes[4:8]),
        f"The prompts grew from {max(sizes[4:8])} to {max(sizes)} tokens, where they should have stayed as they were.",
        why="A prompt that grows is paid for in every turn, and one day does not fit any more.",
        hint=hints.TURNS_IN_THE_REQUEST,
    )
