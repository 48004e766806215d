"""The criteria, in the order of the lessons that rest on them. They judge what an API does, never how clever its model is."""

from __future__ import annotations

from ..judging import Criterion
from . import caching, embeddings, errors, forms, messages, overflow, replies, responses, streams, tools

ROOMS = (messages, replies, streams, overflow, errors, forms, embeddings, tools, caching, responses)


def every_criterion() -> list[Criterion]:
    """All criteria, by lesson; those of a lesson in the order in which they are written."""
    found = [thing for room in ROOMS for thing in vars(room).values() if isinstance(thing, Criterion)]
    return sorted(found, key=lambda criterion: criterion.lesson)
