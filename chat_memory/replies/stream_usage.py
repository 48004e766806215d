"""The usage of a stream has to be asked for, and some servers refuse to be asked: how they say so, and what is sent then."""

from typing import Any

from .steps import Request

STREAM_OPTIONS = "stream_options"


def usage_wanted(refused: set[str]) -> list[dict[str, Any]]:
    """The parameters to try, one after the other, that ask for the usage of a stream. Some servers refuse to be asked."""
    return [{}] if STREAM_OPTIONS in refused else [{STREAM_OPTIONS: {"include_usage": True}}, {}]


def is_about_usage(error: Exception, request: Request) -> bool:
    """Whether a server, or a client, refuses the parameter that asks for the usage. They have no common code for this.

    They name it: in words, or, where the question holds that word too, in a field of the error.
    """
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    if status not in (None, 200, 400, 422) or isinstance(error, (OSError, TimeoutError)):
        return False
    if STREAM_OPTIONS not in str(request):
        return STREAM_OPTIONS in str(error)
    return isinstance(error, TypeError) or _holds(getattr(error, "body", None))


def _holds(value: Any) -> bool:
    """Whether one of the texts inside a JSON value is the parameter's name, and nothing else."""
    if isinstance(value, dict):
        return any(_holds(inner) for key, inner in value.items() if key != "input")  # there some repeat the request
    return any(map(_holds, value)) if isinstance(value, (list, tuple)) else value == STREAM_OPTIONS
