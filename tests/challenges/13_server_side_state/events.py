"""What happens to conversations between two questions, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ..engine.criteria import NotYet, Shown, Texts
from .expected import deleted, expect_as_before
from .talk_with_the_server import Talk

EVENTS = ("branch", "delete", "time passes", "somebody deletes", "rate limit", "half a reply")
IGNORED = "the id is ignored"  # from now on


def happen(event: str, talks: list[Talk]) -> None:
    """Let something happen to the newest talk. A branch of it becomes the newest one."""
    talk = talks[-1]
    failing: dict[str, str | int] = {"rate limit": 429, "half a reply": "length"}
    if event in failing:
        before = talk.held()
        talk.server.fail_next(failing[event])
        talk.refused("And then?", f"There was {event}, so that the reply did not come")
        expect_as_before(talk, before, f"There was {event}", id_is_gone=not talk.server.keeps(before.last_id or ""))
        return
    others: dict[str, Callable[[], object]] = {
        "branch": lambda: talks.append(talk.branch(len(talks))),
        "delete": lambda: deleted(talk),
        "time passes": talk.server.lose_all,
        "somebody deletes": lambda: talk.got and talk.server.lose(talk.got[-1]),
        IGNORED: lambda: setattr(talk.server, "ignores", True),
    }
    others[event]()


@contextmanager
def happened(events: Sequence[str]) -> Iterator[None]:
    """Around all of that: what goes wrong is shown with what has happened."""
    try:
        yield
    except NotYet as problem:
        problem.shown = (Shown("A question, then, with a question after each of these", Texts(events)), *problem.shown)
        raise
