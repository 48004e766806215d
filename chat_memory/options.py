"""The options of a question: what a caller may add to each request, and what not."""

import copy
from typing import Any

from .replies.extras import ALL_LIMITS, LIMITS, STREAM_OPTIONS
from .replies.steps import Request

TAKEN = {"model", "messages", "stream", STREAM_OPTIONS, "tools", "functions"}  # what a memory sets, or does without
# The same of the Responses API alone. What is kept by the server, and what it shortens by itself, is not seen by the budget.
TAKEN_THERE = {"input", "instructions", "prompt", "previous_response_id", "conversation", "store", "truncation"}
TAKEN_THERE |= {"context_management", "background", "background_options"}

# What Chat Completions takes, and Responses does not: the openai package refuses to send it there.
OF_CHAT = {
    "seed",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "modalities",
    "prediction",
}
OF_CHAT |= {"audio", "function_call", "web_search_options"}

TOOLS = " Functions that the model may call are given as ChatMemory(client, tools=[get_weather])."

KEPT = (
    " With server_keeps=True the server keeps the conversation; what is sent, and what has to be left out, is decided here, "
    "so that the budget holds."
)


def checked_options(options: Any, through_responses: bool = False) -> Request:
    """A copy of the options. Raises TypeError or ValueError for those that a memory cannot have."""
    all_taken = TAKEN | TAKEN_THERE if through_responses else TAKEN
    if options is None:
        return {}
    if not isinstance(options, dict) or not all(isinstance(name, str) for name in options):
        raise TypeError(
            f'options must be a dict such as {{"max_completion_tokens": 500}}, got {type(options).__name__}.'
        )
    more = options.get("extra_body")  # the openai package puts what stands in it over all else
    for place, given in {"options": options, "options['extra_body']": more if isinstance(more, dict) else {}}.items():
        if taken := [
            name for name in sorted(all_taken & set(given)) if name != STREAM_OPTIONS or given[name] is not None
        ]:
            raise ValueError(
                f"{place} cannot hold {', '.join(taken)}: this memory sets them itself, or does without."
                f"{TOOLS if {'tools', 'functions'} & set(taken) else ''}"
                f"{KEPT if TAKEN_THERE & set(taken) else ''}"
            )
        if given.get("n") not in (None, 1):
            raise ValueError(
                f"{place} cannot hold n={given['n']!r:.20}: a turn has one reply. Ask once for each reply."
            )
    if through_responses:
        _check_for_responses(options)
    return {name: _copied(name, value) for name, value in options.items() if not (through_responses and name == "n")}


def _check_for_responses(options: Request) -> None:
    """Raises ValueError for what the Responses API does not know, and for a limit that is given under two names."""
    if unknown := sorted(OF_CHAT & set(options)):
        raise ValueError(
            f"options cannot hold {', '.join(unknown)}: the Responses API has no such parameter. Leave it out, ask through "
            "api='chat', or give it in extra_body where your server takes it all the same."
        )
    if len(limits := [name for name in ALL_LIMITS if name in options]) > 1:
        raise ValueError(
            f"options hold one limit under several names: {', '.join(limits)}. Give {ALL_LIMITS[-1]} alone."
        )


def _copied(name: str, value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception as error:  # whatever it is: each request gets a copy of its own
        raise TypeError(
            f"options[{name!r}] cannot be copied ({type(error).__name__}: {error}). Give plain values; what belongs to "
            "the connection is set on the client."
        ) from error


def not_to_send(options: Request) -> set[str]:
    """The parameters that a server is not to be sent by the memory itself, as the caller says or lets be known."""
    return {STREAM_OPTIONS} & set(options) | ({LIMITS[0]} if LIMITS[1] in options else set())
