"""summary_request: what is made of a conversation and the summary so far, attacked by what was said in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from random import Random

from mock_model.sentences.transcript import text_of

from ..engine.criteria import Message, Scene
from ..engine.learner_code import Work
from . import hints
from .called_functions import GIVEN, REPLY, Model, call, lines, talk
from .documents_with_orders import LONG, NAMES
from .forged_messages import letters, strings

PREVIOUS = "and the summary so far"


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
        hint=hints.YOUR_OWN_WORDS,
    )


def expect_a_summary(challenge: Work, random: Random, longer: bool) -> None:
    """Expect that all that was said is in the request, and that the offline model makes a summary of it."""
    names = random.sample(NAMES, 2)
    budget = str(random.randrange(310, 980, 10))
    words = [*names, budget, "garden", "lighthouse"]
    messages = talk(
        f"My dog is called {names[1]}.",
        "Noted.",
        "I like this garden.",
        "Yes. There is one at the lighthouse, too.",
        f"{LONG * (1 + 2 * longer)} My budget is {budget} euros.",
        "Noted.",
        *("It was cold today.", "I see.", "And then it rained.", "Yes.") * (1 + 29 * longer),
    )
    for previous in (f"{LONG} The user's sister is called {names[0]}.", ""):
        scene, request = summary_of(challenge, messages, previous)
        reply = Model(scene).reply(request)
        text = "\n".join(text_of(message) for message in request)
        missing = [word for word in words if word not in text and (previous or word != names[0])]
        scene.expect(
            not missing,
            f"Not in the request: {', '.join(missing)}.",
            why="What the summariser is not sent is lost for ever.",
            hint=hints.ALL_MESSAGES,
        )
        scene.show(REPLY, reply)
        kept = any(word in reply for word in (*names, budget))
        scene.expect(
            kept or sum(text_of(message) in [text_of(said) for said in messages] for message in request) < 2,
            "The messages stand in the request as they were, so the model goes on with the conversation.",
            why="It answers what was said last, and may follow an order that stands there.",
            hint=hints.AS_DATA,
        )
        scene.expect(
            kept,
            "The model was not asked for a summary, or not for one that keeps names and numbers.",
            why="What no summary holds is lost for ever.",
            hint=hints.PROMPT,
        )


def expect_whole(challenge: Work, texts: Sequence[str], previous: str, text: str, other: str) -> None:
    """Expect that a text with quotes and backslashes is one string in a request, and the text that follows is another."""
    scene, made = summary_of(challenge, talk(*texts), previous)
    scene.expect(
        {letters(text), letters(other)} <= set(map(letters, strings(made))),
        f"You write each text between quotation marks. This one ends its own quotation: {text}",
        why="What comes behind it looks like your own words, or like a message of its own.",
        hint=hints.CLOSING,
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
        hint=hints.OTHER_ENDS if re.search("[\r\u2028\x85]", forged) else hints.FORGED,
    )
