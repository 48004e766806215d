"""Settings that somebody types in a notebook: checked like those of .env, and kept in memory only."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from .choosing_the_model import choose
from .price import read_price
from .reading import read_limit
from .settings import OFFLINE_MODEL, Settings
from .variables import SettingsError, clean

ARGUMENTS = {
    "OPENAI_API_KEY": "key",
    "OPENAI_BASE_URL": "base_url",
    "OPENAI_MODEL": "model",
    "OPENAI_PRICE": "price",
    "OPENAI_REPLY_LIMIT": "reply_limit",
}


def settings_by_hand(base_url: str, model: str, key: str, price: str, reply_limit: int | None) -> Settings:
    """Who answers with these values, of which a blank one is not given. Raises SettingsError, naming the argument."""
    if clean(model) == OFFLINE_MODEL and not clean(base_url):
        return Settings(OFFLINE_MODEL)
    if not clean(key) and not clean(base_url):
        raise SettingsError("No key was given, and OpenAI answers nobody without one. Nothing has changed.")
    try:
        chosen = choose(clean(key), clean(base_url), clean(model), offline="")
        limit = read_limit("" if reply_limit is None else str(reply_limit))
        return replace(chosen, price=read_price(clean(price)), reply_limit=limit)
    except SettingsError as error:
        raise SettingsError(_by_arguments(str(error))) from None


def wants_a_key(base_url: str) -> bool:
    """Whether a server is likely to want one: OpenAI, and whatever is not on this machine or in its own network."""
    try:
        host = urlsplit(clean(base_url)).hostname or ""
    except ValueError:  # what is no address is refused in any case
        return False
    if not base_url or not host:
        return not base_url
    try:
        return not ip_address(host).is_private
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))


def _by_arguments(text: str) -> str:
    """An error that speaks of the arguments of a call, in place of variables."""
    for variable, argument in ARGUMENTS.items():
        text = text.replace(variable, argument)
    return text.replace(" Add it, or take the line out.", " Give it as well.").replace(", or take the line out", "")
