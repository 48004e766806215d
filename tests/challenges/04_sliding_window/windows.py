"""A learner's sliding_window, called and looked at: whether messages came back, and what is wrong with them."""

from __future__ import annotations

from collections import deque

from chat_memory import turns as finished

from ..engine.criteria import Message, Scene
from ..engine.finished_functions import Finished
from ..engine.learner_code import Work
from ..engine.preconditions import beforehand
from ..situations.histories import copied, turns_of
from . import hints

TURNS = Finished(finished, hints.FINISHED)
EARLIER: deque[list[Message]] = deque(maxlen=30)  # the histories of the calls before
SENT_AS_IT_IS = "What you return is sent to the model as it is."
TOO_FEW_OR_MANY = "Each message too few is forgotten, and each one too many is paid for."


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
            hint=hints.KEPT_FROM_A_CALL
            if any(item in earlier for earlier in EARLIER for item in strange[:1])
            else hints.BUILT_ANEW,
        )
    EARLIER.append(history)
    return scene, list(window)


def expect_messages(scene: Scene, window: object, most: int) -> None:
    """A list of messages has come back, and not many more than it can hold: `most`."""
    scene.expect(
        window is not None,
        "Nothing came back.",
        why=SENT_AS_IT_IS,
        hint=hints.NO_RETURN,
    )
    scene.expect(
        isinstance(window, (list, tuple)),
        f"A list of messages was expected, but what came back is of the type {type(window).__name__}.",
        why=SENT_AS_IT_IS,
        hint=hints.NO_LIST,
    )
    scene.show("You returned", list(window))
    scene.expect(
        len(window) <= 2 * most,
        f"{len(window):,} messages came back of a history of {most - 1:,}.",
        why=TOO_FEW_OR_MANY,
        hint=hints.ADDED_AGAIN,
    )
    odd = [item for item in window if not isinstance(item, dict)]
    scene.expect(
        not odd,
        f"A list of messages was expected, but in it stands something of the type {type(odd[0]).__name__ if odd else ''}.",
        why=SENT_AS_IT_IS,
        hint=hints.MIXED_LIST.format("turns" if odd and isinstance(odd[0], list) else "other things"),
    )


def what_is_wrong(history: list[Message], window: list[Message], expected: list[Message]) -> tuple[str, str] | None:
    """What is to be said of a window that is not as expected, and the hint."""
    if window == expected:
        return None
    if any(window.count(message) < expected.count(message) for turn in turns_of(history)[-1:] for message in turn):
        what = "The newest turn is not there, or not all of it: without its question the model answers one that nobody asked."
        return what, hints.NEWEST_TURN
    came, wanted = len(turns_of(window)), len(turns_of(expected))
    if came != wanted:
        return f"{came} turn{'s' * (came != 1)} came back where {wanted} {'were' if wanted != 1 else 'was'} wanted.", (
            hints.TOO_MANY_TURNS if came > wanted else hints.TOO_FEW_TURNS
        )
    if len(window) == len(expected) and all(window.count(message) == expected.count(message) for message in window):
        return "The messages are not in the order in which they were said.", hints.ANOTHER_ORDER
    return "A turn is not whole.", hints.A_TURN
