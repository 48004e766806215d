"""Background: a response that is made while nobody waits for it: queued, in progress, then done; looked for, cancelled, streamed.

Here a response comes one step further each time that it is looked for, so that a program that asks until it is done sees every
status, and no time passes. Whoever streams it sees it made to the end; what was lost on the way can be streamed again for five
minutes. Wordings are those of Microsoft's server for the same protocol (PyPI `azure-ai-agentserver-responses`), the limit of five
minutes is OpenAI's (https://github.com/openai/openai-python/issues/2828).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx2

from mock_model.api.bodies import json_response
from mock_model.api.failures import connection_lost
from mock_model.api.shapes import refusal
from mock_model.responses.kept import Turn
from mock_model.responses.objects import begun
from mock_model.responses.responding import Asked, answered, queued
from mock_model.responses.sending import sent, streamed
from mock_model.responses.serving import Serving

STREAMED_AGAIN = 300  # seconds
UNFINISHED = ("queued", "in_progress")


class Work(NamedTuple):
    """What is left to do for a response, and the failure that it meets then."""

    asked: Asked
    failure: str | None


def begin(server: Serving, request: httpx2.Request, asked: Asked, failure: str | None) -> httpx2.Response:
    """The answer to a request for a response in the background. If the connection is lost, the response is made all the same."""
    if server.keeps != "all":
        text = "This server keeps no responses, so it makes none in the background."
        raise refusal(text, "background", "unsupported_parameter")
    turn = queued(server, asked)._replace(work=Work(asked, None if failure == "drop" else failure))
    server.kept.keep(turn)
    if asked.body.get("stream"):
        turn = done(server, turn)._replace(streamed=True)
        server.kept.keep(turn)
        return sent(request, asked.body, turn, failure)
    if failure == "drop":
        raise connection_lost(request)
    return json_response(turn.response)


def finish(server: Serving, turn: Turn) -> Turn:
    """Keep a response that is done. What was asked and said in a conversation is added to it: both or, if it failed, neither."""
    if turn.response["store"] or turn.response["background"]:
        server.kept.keep(turn)
    named = turn.response["conversation"]
    if named and turn.response["status"] != "failed":
        server.conversations.extend(named["id"], turn.own)
    return turn


def step(server: Serving, turn: Turn) -> Turn:
    """The response one step further, if it is not done."""
    if turn.response["status"] == "queued":
        turn = turn._replace(response=begun(turn.response))
        server.kept.keep(turn)
        return turn
    return done(server, turn) if turn.response["status"] == "in_progress" else turn


def done(server: Serving, turn: Turn) -> Turn:
    """The response when it is made."""
    return finish(server, answered(server, turn.work.asked, turn.work.failure))


def cancelled(server: Serving, turn: Turn) -> Turn:
    """The response, which nobody goes on with; one that is done stays as it is. Raises ApiError for one that was waited for."""
    if not turn.response["background"]:
        raise refusal("Cannot cancel a synchronous response.", None)
    if turn.response["status"] in UNFINISHED:
        turn = turn._replace(response=begun(turn.response, "cancelled"), work=None)
        server.kept.keep(turn)
    return turn


def streamed_again(server: Serving, turn: Turn, params: Any) -> httpx2.Response:
    """The events of a response that was streamed in the background, those after `starting_after` where that is given."""
    for name in ("background", "stream"):
        if not (turn.response["background"] if name == "background" else turn.streamed):
            text = f"This response cannot be streamed because it was not created with {name}=true."
            raise refusal(text, "stream")
    if server.kept.seconds_old(turn.response["id"]) > STREAMED_AGAIN:
        raise refusal("This response can no longer be streamed because it is more than 5 minutes old", None)
    after = params.get("starting_after", "-1")
    try:
        first = int(after) + 1
    except ValueError:
        text = "Invalid type for 'starting_after': expected an integer, but got a string instead."
        raise refusal(text, "starting_after", "invalid_type") from None
    options = {"include_obfuscation": params.get("include_obfuscation") != "false"}
    return streamed(turn, options, max(first, 0))
