"""What is asked for beside a reply: the usage of a stream, and a limit. Some servers refuse to be asked; some models think."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .steps import Request

STREAM_OPTIONS = "stream_options"
LIMITS = ("max_completion_tokens", "max_tokens")  # the newer parameter, and the older: many servers know only one
# Of OpenAI's models those that think by default before they reply. It counts in the limit, and OpenAI advises to leave so
# many tokens for both to begin with (https://developers.openai.com/api/docs/guides/reasoning).
THINKS = re.compile(r"(.*/)?(gpt-(5|5-(mini|nano|pro)|5\.5|5\.[6-9].*|[6-9].*)|o\d(-.*)?)(-\d{4}-\d{2}-\d{2})?")
ROOM_FOR_THINKING = 25_000
# What an error says of a limit that is known, and too large or too small. It is no reason to go without.
NOT_THE_NUMBER = re.compile(
    r"too (large|big|high|long|small|low)|(maxi|mini)mum|at (most|least)|exceed|greater|less than"
)


@dataclass
class Known:
    """What has been learned of a server: the parameters that it refuses, and the models that think before they reply."""

    refused: set[str] = field(default_factory=set)
    thinking: set[str] = field(default_factory=set)


def limit_for(tokens: int, request: Request, known: Known) -> int | None:
    """The limit to ask for, so that a reply has at most `tokens`; None for none.

    What a model thinks counts in it too. So there is room for that with a model of OpenAI's that thinks, and no limit with
    another that was seen to think: nobody knows here how much it needs.
    """
    model = request["model"]
    if request.get("reasoning_effort") != "none":
        if _thinks(model):
            return tokens + ROOM_FOR_THINKING
        if model in known.thinking:
            return None
    return tokens or None


@lru_cache(maxsize=64)
def _thinks(model: str) -> bool:
    return THINKS.fullmatch(model) is not None


def extras(request: Request, known: Known, without: set[str], *, limit: int | None, streamed: bool) -> Request:
    """The parameters to ask with, beside those of the request. `without` are those that it is tried without."""
    left_out, wanted = known.refused | without, Request()
    if streamed and STREAM_OPTIONS not in left_out:
        wanted[STREAM_OPTIONS] = {"include_usage": True}
    name = next((name for name in LIMITS if name not in left_out), None)
    if limit is not None and name and (size := limit_for(limit, request, known)):
        wanted[name] = size
    return wanted


def refused(error: Exception, request: Request, wanted: Request) -> str | None:
    """Which of the parameters wanted a server, or a client, refuses, if it is that. They have no common code for this.

    They name it: in words, or, where the question holds that word too, in a field of the error.
    """
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if status not in (None, 200, 400, 422) or isinstance(error, (OSError, TimeoutError)):
        return None
    return next((name for name in wanted if _is_about(name, error, str(request))), None)


def _is_about(name: str, error: Exception, request: str) -> bool:
    if name in LIMITS and NOT_THE_NUMBER.search(str(error).lower()):
        return False
    if name not in request:
        return re.search(rf"\b{name}\b", str(error)) is not None
    return isinstance(error, TypeError) or _holds(getattr(error, "body", None), name)


def _holds(value: Any, name: str) -> bool:
    """Whether one of the texts inside a JSON value is the parameter's name, and nothing else."""
    if isinstance(value, dict):
        return any(
            _holds(inner, name) for key, inner in value.items() if key != "input"
        )  # there some repeat the request
    return any(_holds(inner, name) for inner in value) if isinstance(value, (list, tuple)) else value == name
