"""Checks work/04_sliding_window.py: a history bounded by turns."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from chat_memory import turns as finished
from common import OFFLINE_MODEL

from ..engine.criteria import Message, NotYet, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand, however_long, works
from ..engine.recording_server import RecordingServer
from ..situations.histories import (
    CALLS,
    EQUALS,
    NO_CALLS,
    SYSTEM,
    a_long_history,
    copied,
    histories,
    turns_of,
    unusual_histories,
)

START = (
    "Which message begins a turn? Go through the history and start a new list there.",
    "Take the system message out first, cut the rest into turns, keep the last keep_turns of them, and put all together.",
)

KEEP = st.integers(1, 4)
SYSTEMS = ("Be brief.", "You are a patient guide. Answer in one sentence.", "Be brief. And be kind.")
GREETINGS = ("Hello! Where do you want to go?", "Good morning.", "Welcome back! What can I do for you?")
A_TURN = "Where does a turn begin, and where does it end? Count those, not messages."
TOO_FEW_OR_MANY = "Each message too few is forgotten, and each one too many is paid for."
SENT_AS_IT_IS = "What you return is sent to the model as it is."
QUESTION = [{"role": "user", "content": "Is Oslo far?"}, {"role": "assistant", "content": "Not far from Oslo."}]
EARLIER: deque[list[Message]] = deque(maxlen=30)  # the histories of the calls before
TURNS = Finished(
    finished,
    (
        "chat_memory cuts the turns for you. By what would you see, in a list of messages, where one begins?",
        "A loop over the messages and a list of lists are all that you need.",
    ),
)


@st.composite
def talks(draw: st.DrawFn, least: int = 0, calls: st.SearchStrategy[int] = CALLS) -> list[Message]:
    """A history with one of several system messages."""
    history = draw(histories(least=least, calls=calls))
    history[0]["content"] = draw(st.sampled_from(SYSTEMS))
    return history


@st.composite
def greeted(draw: st.DrawFn) -> tuple[list[Message], int]:
    """A history that opens with a greeting, and a number of turns to keep: about as many as there are."""
    system, *rest = draw(talks(least=1))
    history = [system, {"role": "assistant", "content": draw(st.sampled_from(GREETINGS))}, *rest]
    others = len(turns_of(history))
    return history, draw(st.sampled_from([keep for keep in (others, others + 1, others - 1, 1, others + 2) if keep]))


def last_turns(history: list[Message], keep_turns: int) -> list[Message]:
    """What should be sent of a history without a greeting."""
    return [history[0], *(message for turn in turns_of(history)[-keep_turns:] for message in turn)]


def window_of(
    challenge: Work, history: list[Message], keep_turns: int, handed: list[Message] | None = None
) -> tuple[Scene, list[Message]]:
    """Call the learner's function with a copy, and note what came."""
    scene = Scene()
    scene.show(f"You were given, with keep_turns={keep_turns}", copied(history))
    handed = copied(history) if handed is None else handed
    with beforehand():
        window = TURNS.call(challenge, "sliding_window", handed, keep_turns)
        expect_messages(scene, window, most=len(history) + 1)
        strange = [item for item in window if item not in history and item not in handed]
        if strange:
            scene.show("Among them is", strange[:1])
        scene.expect(
            not strange,
            "What came back holds a message that is none of the history.",
            why="A message that loses its role, its id or its words is another message.",
            hint="It stood in the history of an earlier call. What does your code keep from one call to the next?"
            if any(item in earlier for earlier in EARLIER for item in strange[:1])
            else "Do you build messages anew? Take them as they are.",
        )
    EARLIER.append(history)
    return scene, list(window)


def expect_messages(scene: Scene, window: object, most: int) -> None:
    """A list of messages has come back, and not many more than it can hold: `most`."""
    scene.expect(
        window is not None,
        "Nothing came back.",
        why=SENT_AS_IT_IS,
        hint="Does every way through your function end in a return?",
    )
    scene.expect(
        isinstance(window, (list, tuple)),
        f"A list of messages was expected, but what came back is of the type {type(window).__name__}.",
        why=SENT_AS_IT_IS,
        hint="How do you make a list of it?",
    )
    scene.show("You returned", list(window))
    scene.expect(
        len(window) <= 2 * most,
        f"{len(window):,} messages came back of a history of {most - 1:,}.",
        why=TOO_FEW_OR_MANY,
        hint="Which of your lines adds messages again that are there already?",
    )
    odd = [item for item in window if not isinstance(item, dict)]
    scene.expect(
        not odd,
        f"A list of messages was expected, but in it stands something of the type {type(odd[0]).__name__ if odd else ''}.",
        why=SENT_AS_IT_IS,
        hint=f"You have a list of {'turns' if odd and isinstance(odd[0], list) else 'other things'}, and want one of messages. "
        "What is the difference between append and extend, and what does + do?",
    )


@given(history=talks(least=1), keep_turns=KEEP)
def test_the_system_message_is_sent_first(challenge, history, keep_turns):
    """The system message is always there, first, and once"""
    scene, window = window_of(challenge, history, keep_turns)
    system = history[0]
    scene.expect(
        system in window,
        "The system message is missing.",
        why="Without its rules the model is another one.",
        hint=(
            "What happens to the very first message when only the last ones are kept?",
            "Keep history[0] apart, and put it back at the end.",
        ),
    )
    scene.expect(
        window.count(system) == 1,
        f"The system message is there {window.count(system)} times.",
        why="It costs its tokens each time, and strict servers refuse a second one.",
        hint="When the conversation is short, what is among the last messages, too?",
    )
    scene.expect(
        window[0] == system,
        f"The system message is there, but the first message is one of the role {window[0]['role']!r}.",
        why="Strict servers want it first.",
        hint="In which order do you put the parts together?",
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
        hint=(
            "Which of your lines changes a list in place (pop, del, append, insert …), or a key of a message?",
            "Build a new list, with [ … ] or slices.",
        ),
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
        hint=(
            A_TURN,
            "keep_turns=2 of a finished conversation are four messages here, but three when a question has no answer yet.",
        ),
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
        hint=(A_TURN, "A turn is a user message and everything until the next user message, whatever stands between."),
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
    usual = {
        "Which number of turns do you take? Is there a number in your code that is right for small ones only?": a_long_history(
            9
        )
    }
    for question, history in (usual | unusual_histories()).items():
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
                hint=(question, A_TURN),
            )


def what_is_wrong(history: list[Message], window: list[Message], expected: list[Message]) -> tuple[str, str] | None:
    """What is to be said of a window that is not as expected, and the hint."""
    if window == expected:
        return None
    if any(window.count(message) < expected.count(message) for turn in turns_of(history)[-1:] for message in turn):
        what = "The newest turn is not there, or not all of it: without its question the model answers one that nobody asked."
        return what, "At which end of the history is the newest turn? A question that has no answer yet is a turn too."
    came, wanted = len(turns_of(window)), len(turns_of(expected))
    if came != wanted:
        return f"{came} turn{'s' * (came != 1)} came back where {wanted} {'were' if wanted != 1 else 'was'} wanted.", (
            "How do you count turns? A question that has no answer yet is one too: the newest."
            if came > wanted
            else "How many turns are there, and how many of them do you take? With fewer than keep_turns, all stay."
        )
    if len(window) == len(expected) and all(window.count(message) == expected.count(message) for message in window):
        return "The messages are not in the order in which they were said.", "Where does the order change?"
    return "A turn is not whole.", A_TURN


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
        hint=EQUALS,
    )


WHY_GREETINGS = (
    "Many programs open with a greeting, and then the first message after the instructions is not the user's."
)


def expect_its_place(scene: Scene, window: list[Message], turns: list[list[Message]], keep_turns: int) -> None:
    """The greeting, the first of the turns, is there or not, as it should be."""
    there = window[1:2] == turns[0]
    count = (
        f"There are {len(turns)} turns, the greeting is the oldest"
        if len(turns) > 1
        else "The greeting is the only turn"
    )
    scene.expect(
        not there or keep_turns >= len(turns),
        f"{count}, and it is sent although {keep_turns} newer {'one is' if keep_turns == 1 else 'ones are'}.",
        why="It is an old turn like any other: it is paid for in every request, and one day it has to go.",
        hint=(
            "What is the greeting for your code: a turn of its own, or something that belongs with the system message?",
            "Where do your turns begin? At each user message, and where else?",
        ),
    )
    scene.expect(
        there or keep_turns < len(turns),
        f"{count}, so with keep_turns={keep_turns} it should be sent.",
        why=WHY_GREETINGS,
        hint=(
            "What becomes of a message after the system message that stands before the first question, the greeting?",
            "Where do your turns begin? At each user message, and where else?",
        ),
    )


def expect_the_greeting(challenge: Work, history: list[Message], keep_turns: int) -> None:
    """A greeting is sent as long as there are fewer than `keep_turns` turns after it."""
    greeting, turns, handed = history[1], [history[1:2], *turns_of(history)], copied(history)
    try:
        scene, window = window_of(challenge, history, keep_turns, handed)
    except NotYet as problem:
        at_greetings = problem.__cause__ is not None and works(lambda: window_of(challenge, [SYSTEM, *QUESTION], 1))
        Scene.newest.expect(
            not at_greetings,
            f"This history opens with a greeting, and there {problem.what[:1].lower()}{problem.what[1:]} {problem.why}",
            why=WHY_GREETINGS,
            hint=(
                "The greeting stands before the first question. To which turn does your code add it, when there is none yet?",
                "A user message begins a turn. So does the first message after the system message, whoever says it.",
            ),
        )
        raise
    expect_its_place(scene, window, turns, keep_turns)
    expected = [history[0], *(message for turn in turns[-keep_turns:] for message in turn)]
    scene.show("Expected", expected)
    scene.expect(
        window == expected,
        "What came back are not the system message and the last turns, of which the greeting is the oldest.",
        why=TOO_FEW_OR_MANY,
        hint=EQUALS
        if history.count(greeting) > 1
        else "Is the greeting counted as one turn, beside those that begin with a user message?",
    )
    scene.expect(
        handed == history,
        "The list that was handed in has changed.",
        why="The history is what is remembered, and the greeting was said.",
        hint="What does your code do with the greeting: does it take it out of the history itself, with pop or del?",
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
            hint="Is there a number in your code that is right for short talks only? Or something kept from another call?",
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
            with scene.sent_by_us(why=SENT_AS_IT_IS, hint=A_TURN):
                answer = client.chat.completions.create(model=OFFLINE_MODEL, messages=window)
            history.append({"role": "assistant", "content": answer.choices[0].message.content})
        scene = Scene()
        scene.show("The model was sent", server.requests[-1])
        scene.show("It answered", server.replies[-1] or "")
        scene.expect(
            town in (server.replies[-1] or ""),
            f"The answer should name {town}, which was said in the turn before.",
            why="A window that loses the recent context is no memory.",
            hint="Is the turn before the question in what was sent?",
        )
    sizes = server.prompt_tokens
    scene.expect(
        max(sizes[6:]) <= 1.5 * max(sizes[4:8]),
        f"The prompts grew from {max(sizes[4:8])} to {max(sizes)} tokens, where they should have stayed as they were.",
        why="A prompt that grows is paid for in every turn, and one day does not fit any more.",
        hint="How many turns are in the request shown above, and how many should there be?",
    )
