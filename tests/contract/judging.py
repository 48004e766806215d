"""A criterion: one claim about chat APIs, the lesson that rests on it, and how a server is held against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import openai

from .server import NoReply, NotNow, Server
from .words import said_by, short

HELD, BROKEN, OTHERWISE = "✓", "✗", "–"
Mark = Literal["✓", "✗", "–"]
NO_ANSWER = "Could not be judged: no answer came in time ({:g} seconds, longer for long requests; --timeout sets it)."


class Broken(Exception):
    """The server does not do what a lesson claims of every chat API; the message says what it does."""


class Otherwise(Exception):
    """It is not offered, it is done in another way that the lessons mention, or it could not be seen; the message says which."""


def another_error(error: openai.APIStatusError) -> Broken | Otherwise:
    """What it means that a wrong request is refused with another error than is claimed: one of the server is asked again."""
    if error.status_code < 500:
        return Otherwise(said_by(error))
    return Broken(f"It is an error of the server, after which clients ask again: {said_by(error)}")


@dataclass(frozen=True)
class Criterion:
    """A claim: `title` states it, `lesson` rests on it, `hold` asks the server and returns what was seen, in a sentence."""

    title: str
    lesson: int
    hold: Callable[[Server], str]

    @property
    def name(self) -> str:
        return self.hold.__name__


@dataclass(frozen=True)
class Verdict:
    """What has come of one criterion."""

    criterion: Criterion
    mark: Mark
    said: str
    is_gone: bool = False  # whether the server did not answer, or had no time, so that nothing was judged


def criterion(title: str, lesson: int) -> Callable[[Callable[[Server], str]], Criterion]:
    """Make a criterion of a function that returns what it saw, or raises Broken or Otherwise."""
    return lambda hold: Criterion(title, lesson, hold)


def judge(claim: Criterion, server: Server) -> Verdict:
    """Hold a server against one criterion. Whatever fails is what is said."""
    try:
        return Verdict(claim, HELD, claim.hold(server))
    except (Broken, NoReply) as problem:
        return Verdict(claim, BROKEN, str(problem))
    except Otherwise as problem:
        return Verdict(claim, OTHERWISE, str(problem))
    except NotNow as problem:
        return Verdict(claim, OTHERWISE, f"Could not be judged: {problem}", is_gone=True)
    except openai.APITimeoutError:
        return Verdict(claim, OTHERWISE, NO_ANSWER.format(server.timeout), is_gone=True)
    except openai.APIConnectionError as error:
        return Verdict(claim, OTHERWISE, f"Could not be judged: {said_by(error)}", is_gone=True)
    except openai.OpenAIError as error:
        return Verdict(claim, BROKEN, f"The request was answered with an error: {said_by(error)}")
    except Exception as error:  # an answer that is none, of which a criterion reads a part that is not there
        said = f"{type(error).__name__}: {short(str(error), 160)}"
        return Verdict(claim, BROKEN, f"The answer could not be read: {said}")
