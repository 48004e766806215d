"""Checks work/04_sliding_window.py: a history bounded by turns."""

import re
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from calling import Work
from common import OFFLINE_MODEL
from conversations import SYSTEM, histories, turns_of
from criteria import Message, Scene
from recording import RecordingServer

START = (
    "Which message begins a turn? Go through the history and start a new list there.",
    "Take the system message out first, cut the rest into turns, keep the last keep_turns of them, and put all together.",
)

KEEP = st.integers(1, 4)
SYSTEMS = ("Be brief.", "You are a patient guide. Answer in one sentence.", "Be brief. And be kind.")


@st.composite
def talks(draw: st.DrawFn, least: int = 0, tools: bool = True) -> list[Message]:
    """A history with one of several system messages; some people say the same again and again."""
    history = draw(histories(least=least, tools=tools))
    history[0]["content"] = draw(st.sampled_from(SYSTEMS))
    if draw(st.integers(0, 3)) == 3:
        for message in history[1:]:
            message["content"] = message["content"] and re.sub(r" \d+\.", ".", message["content"])
    return history


A_TURN = "Where does a turn begin, and where does it end? Count those, not messages."


def window_of(
    challenge: Work, history: list[Message], keep_turns: int, handed: list[Message] | None = None
) -> tuple[Scene, list[Message]]:
    """Call the learner's function with a copy, and note what came."""
    scene = Scene()
    scene.show(f"You were given, with keep_turns={keep_turns}", deepcopy(history))
    handed = deepcopy(history) if handed is None else handed
    window = challenge.call("sliding_window", handed, keep_turns)
    why = "What you return is sent to the model as it is."
    scene.expect(
        window is not None, "Nothing came back.", why=why, hint="Does every way through your function end in a return?"
    )
    scene.expect(
        isinstance(window, (list, tuple)),
        f"A list of messages was expected, but what came back is of the type {type(window).__name__}.",
        why=why,
        hint="How do you make a list of it?",
    )
    scene.show("You returned", list(window))
    odd = [item for item in window if not isinstance(item, dict)]
    scene.expect(
        not odd,
        f"A list of messages was expected, but in it stands something of the type {type(odd[0]).__name__ if odd else ''}.",
        why=why,
        hint=f"You have a list of {'turns' if odd and isinstance(odd[0], list) else 'other things'}, and want one of messages. "
        "What is the difference between append and extend, and what does + do?",
    )
    strange = [item for item in window if item not in history and item not in handed]
    scene.expect(
        not strange,
        f"This is no message of the history: {strange[:1]}.",
        why="A message that loses its role, its id or its words is another message.",
        hint="Do you build messages anew? Take them as they are.",
    )
    return scene, list(window)


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


@given(history=talks(least=1), keep_turns=KEEP)
def test_the_history_is_not_changed(challenge, history, keep_turns):
    """Your caller's list, and the messages in it, stay as they were"""
    handed = deepcopy(history)
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


@given(history=talks(least=1, tools=False), keep_turns=KEEP)
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


@given(history=talks(least=1), keep_turns=KEEP)
def test_calls_and_results_stay_together(challenge, history, keep_turns):
    """A function call and its results are sent together, or not at all"""
    scene, window = window_of(challenge, history, keep_turns)
    called = {call["id"] for message in window for call in message.get("tool_calls") or ()}
    answered = {message["tool_call_id"] for message in window if message["role"] == "tool"}
    scene.expect(
        called == answered,
        f"Called, but without a result: {sorted(called - answered)}. A result, but not called: {sorted(answered - called)}.",
        why="The server refuses such a request with an error 400.",
        hint=(A_TURN, "A turn is a user message and everything until the next user message, whatever stands between."),
    )


@given(history=talks(), keep_turns=KEEP)
def test_exactly_the_last_turns_are_kept(challenge, history, keep_turns):
    """The last turns are kept, whole, in order, and as many as asked for"""
    scene, window = window_of(challenge, history, keep_turns)
    expected = [history[0], *(message for turn in turns_of(history)[-keep_turns:] for message in turn)]
    scene.show("Expected", expected)
    why = "Each message too few is forgotten, and each one too many is paid for."
    newest = turns_of(history)[-1:]
    scene.expect(
        not newest or all(window.count(message) >= expected.count(message) for turn in newest for message in turn),
        "The newest turn is not there, or not all of it.",
        why="Without the newest question the model answers one that nobody asked.",
        hint="At which end of the history is the newest turn? A question that has no answer yet is a turn too.",
    )
    came, wanted = len(turns_of(window)), len(turns_of(expected))
    scene.expect(
        came <= wanted,
        f"{came} turns came back where {wanted} were wanted.",
        why=why,
        hint="How do you count turns? A question that has no answer yet is one too: the newest.",
    )
    scene.expect(
        came == wanted,
        f"{came} turns came back where {wanted} were wanted.",
        why=why,
        hint="How many turns are there, and how many of them do you take? With fewer than keep_turns, all stay.",
    )
    mixed = len(window) == len(expected) and all(window.count(message) == expected.count(message) for message in window)
    scene.expect(
        not mixed or window == expected,
        "The messages are not in their order.",
        why="The model reads them in this order.",
        hint="Where does the order change?",
    )
    scene.expect(window == expected, "A turn is not whole.", why=why, hint=A_TURN)


def test_long_histories_and_wide_windows(challenge):
    """However long the history is, and however many turns are to be kept"""
    history = [{"role": "system", "content": "Be kind."}]
    for number in range(1, 41):
        history += [
            {"role": "user", "content": f"Question {number}."},
            {"role": "assistant", "content": f"Answer {number}."},
        ]
    for keep_turns in (12, 30, 39, 1, 7):
        scene, window = window_of(challenge, history, keep_turns)
        came = len(turns_of(window))
        scene.expect(
            window == [history[0], *history[-2 * keep_turns :]],
            f"{came} turns came back where {keep_turns} were wanted, or not the last ones.",
            why="Conversations get long, and some models have room for many turns.",
            hint="Is there a number in your code that is right for short talks only? Or something kept from another call?",
        )
        history = [*history, {"role": "user", "content": "And now?"}][:-1]  # another list, the same conversation


def test_the_cost_stops_growing_and_the_recent_context_works(challenge):
    """The prompt stops growing on a long conversation, and the recent context still works"""
    server = RecordingServer()
    client, history = server.client(), [SYSTEM.copy()]
    towns = "Lima Cusco Puno Ica Tacna Piura Nazca Chiclayo Trujillo Huaraz Arequipa Ayacucho".split()
    for town in towns:
        for question in (f"My next stop is {town}.", "What is my next stop?"):
            history.append({"role": "user", "content": question})
            scene, window = window_of(challenge, history, 3)
            with scene.sent_by_us(why="What you return is sent to the model as it is.", hint=A_TURN):
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
