"""Before anything is judged: whether the server is there, takes the key, has the model, and answers in time."""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import openai

from chat_memory.replies.extras import EFFORT, LIMITS, THINKS
from common import SETTINGS
from mock_model.api.catalogue import MODELS

from .server import NoReply, NotNow, Server, user
from .words import said_by, short

KNOCK = 10.0  # seconds for the list of models, which costs nothing and is no work
OWN_NAMES = ("localhost", "host.docker.internal")
WINDOW_FIELDS = ("max_model_len", "context_length", "context_window", "n_ctx", "max_context_length")
ENDS_IN_V1 = "OPENAI_MODEL in .env names the model, and OPENAI_BASE_URL ends in /v1 for most servers."
READ_THE_README = 'The README says under "Who answers" what stands in .env.'


class Unreachable(Exception):
    """Nothing can be judged; the message says why, and what to do."""


def is_own(address: str | None) -> bool:
    """Whether an address is of this machine or its network, where no request is billed."""
    host = (urlsplit(address or "").hostname or "").rstrip(".")
    if host in OWN_NAMES or host.endswith((".localhost", ".local", ".internal")) or (host and "." not in host + ":"):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_private
    return False


def knock(server: Server) -> list[Any]:
    """The models that the server lists, if it does. Raises Unreachable where nobody answers, or the key is wrong."""
    patience = min(KNOCK, server.timeout)
    try:
        return list(server.client.with_options(max_retries=0, timeout=patience).models.list().data)
    except openai.APITimeoutError:
        raise Unreachable(
            f"{SETTINGS.place} did not answer within {patience:g} seconds: it hangs, or another program listens there."
        ) from None
    except openai.APIConnectionError as error:
        raise Unreachable(
            f"No server answers at {SETTINGS.place} ({short(error.__cause__ or error, 100)}): is it running, and is "
            "OPENAI_BASE_URL its address?"
        ) from None
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise Unreachable(f"{SETTINGS.place} does not take the key, {said_by(error)} {READ_THE_README}") from None
    except Exception:  # no such list, or a page in its place: the first question will tell
        return []


def window_of(server: Server, listed: list[Any]) -> int | None:
    """The context window in tokens, as the server or the provider's documentation says it; None where neither does."""
    if (SETTINGS.offline or SETTINGS.base_url is None) and server.model in MODELS:
        return MODELS[server.model].context_window
    model = next((each for each in listed if getattr(each, "id", None) == server.model), None)
    said = (getattr(model, "model_extra", None) or {}) if model else {}
    meta = said.get("meta")
    fields = {**said, **(meta if isinstance(meta, dict) else {})}
    return next(
        (fields[name] for name in WINDOW_FIELDS if isinstance(fields.get(name), int) and fields[name] > 0), None
    )


def greet(server: Server, listed: list[Any]) -> Server:
    """Ask a first question; return the server as it is to be asked. Raises Unreachable where no reply can be had."""
    ways = [server, replace(server, limit_parameter=next(name for name in LIMITS if name != server.limit_parameter))]
    if THINKS.fullmatch(server.model):  # hidden reasoning would use up the limits of the replies
        ways = [replace(way, options={EFFORT: "none"}) for way in ways] + ways
    refusals = []
    for way in ways:
        try:
            return greeted(way, listed)
        except openai.BadRequestError as error:
            refusals.append(said_by(error))
    raise Unreachable(f"{SETTINGS.place} refuses a plain question, {refusals[0]}")


def greeted(server: Server, listed: list[Any]) -> Server:
    """The server, once it has answered. Raises BadRequestError as it comes."""
    try:
        server.chat([user("Hello")], limit=16)
    except openai.APITimeoutError:
        raise Unreachable(
            f"{SETTINGS.place} did not answer a short question within {server.timeout:g} seconds. Where it still loads "
            f"the model, --timeout {server.timeout * 5:g} waits longer."
        ) from None
    except openai.APIConnectionError as error:
        raise Unreachable(f"{SETTINGS.place} does not answer: {said_by(error)}") from None
    except openai.NotFoundError as error:
        names = ", ".join(sorted(str(each.id) for each in listed)[:12])
        there = f"It has {names}: OPENAI_MODEL in .env names one." if names else ENDS_IN_V1
        raise Unreachable(f"{SETTINGS.place} has no model {server.model}, {said_by(error)} {there}") from None
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise Unreachable(f"{SETTINGS.place} does not take the key, {said_by(error)} {READ_THE_README}") from None
    except openai.BadRequestError:
        raise
    except openai.OpenAIError as error:
        raise Unreachable(f"{SETTINGS.place} answers a plain question with an error, {said_by(error)}") from None
    except NotNow as problem:
        raise Unreachable(f"{SETTINGS.place} has no time now, also when it was asked again: {problem}") from None
    except NoReply as problem:
        raise Unreachable(f"{SETTINGS.place}: {problem}") from None
    return server
