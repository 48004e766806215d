"""The trip to Japan: a conversation that breaks where the model's replies are not resent."""

import re

from common import OFFLINE_MODEL

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from ..situations.told_facts import TalkingServer
from . import hints
from .talk_with_run_chat import messages

TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def claim(challenge: Work) -> tuple[Scene, int, str]:
    """What the learner says: which message breaks, and which word it needs."""
    scene = Scene()
    returned = challenge.call("which_question_breaks")
    scene.show("You returned", repr(returned))
    two = isinstance(returned, (tuple, list)) and len(returned) == 2
    scene.expect(
        two and isinstance(returned[0], int) and isinstance(returned[1], str),
        "A number and a word were expected, such as (1, 'trip').",
        why="The number says which message of TRIP breaks, the word what it has lost.",
        hint=hints.NUMBER_AND_WORD,
    )
    return scene, returned[0], " ".join(re.findall(r"\w+", returned[1].lower()))


def words(texts: list[str]) -> list[str]:
    """All words, in small letters."""
    return re.findall(r"\w+", " ".join(texts).lower())


def trip(*, resend: bool) -> list[str]:
    """What the model replies on the trip to Japan, when its replies are resent or not."""
    heard, replies = [], []
    for text in TRIP:
        heard.append(("user", text))
        replies.append(reply_to(heard))
        if resend:
            heard.append(("assistant", replies[-1]))
    return replies


def reply_to(heard: list[tuple[str, str]]) -> str:
    """What the offline model replies to these messages."""
    answer = TalkingServer().client().chat.completions.create(model=OFFLINE_MODEL, messages=messages(heard))
    return answer.choices[0].message.content
