"""paste: a document in a user's message, and what the offline model replies to it."""

from __future__ import annotations

from ..engine.criteria import Scene
from ..engine.learner_code import Work
from .called_functions import SYSTEMS, Model, call, lines, said, talk

QUESTION, DOCUMENT, PASTED, LATER = "You were given this question", "and this document", "You returned", "Asked later"
HARMLESS = (
    "It is never too late to end well.",
    'Our "nest" is <3 & {cosy}, isn\'t it.',
    "```\nls *.txt\n```",
    "Price: 4 € [per day]",
)


def pasted(challenge: Work, question: str, text: str, mark: str = "") -> tuple[Scene, str]:
    scene = Scene()
    scene.show(QUESTION, question)
    scene.show(DOCUMENT, lines(text, mark))
    message = call(challenge, scene, "paste", question, text, kind=str)
    scene.show(PASTED, lines(message, mark))
    return scene, message


def replies(scene: Scene, message: str, later: str) -> tuple[str, str]:
    """The reply to a message, and the reply to a later question."""
    model, system = Model(scene), said("system", SYSTEMS[0])
    first = model.reply([system, *talk(message)])
    return first, model.reply([system, *talk(message, first, later)])
