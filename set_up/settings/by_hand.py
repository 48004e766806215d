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
    if is_offline(base_url, model):
        return Settings(OFFLINE_MODEL)
    if not clean(key) and not clean(base_url):
        raise SettingsError("No key was given, and OpenAI answers nobody without one. Nothing has changed.")
    try:
        chosen = choose(clean(key), clean(base_url), clean(model), offline="")
        limit = read_limit("" if reply_limit is None else str(reply_limit))
        return replace(chosen, price=read_price(clean(price)), reply_limit=limit)
    except SettingsError as error:
        raise SettingsError(by_arguments(str(error))) from None


def check_texts(**given: object) -> None:
    """Raise SettingsError for an argument that is no text."""
    for name, value in given.items():
        if not isinstance(value, str):
            raise SettingsError(f"{name} is to be a text in quotation marks, and it is of type {type(value).__name__}.")


def is_offline(base_url: str, model: str) -> bool:
    """Whether the offline model is meant."""
    return clean(model).lower() == OFFLINE_MODEL and not clean(base_url)


def wants_a_key(base_url: str) -> bool:
    """Whether a server is likely to want one: OpenAI, and whatever is not on this machine or in its own network.

    Raises SettingsError where a key would travel to it for everybody to read.
    """
    if not clean(base_url):
        return True
    try:
        parts = urlsplit(clean(base_url))
        host = parts.hostname or ""
    except ValueError:  # what is no address is refused in any case
        return False
    far = _is_far(host)
    if far and parts.scheme == "http":
        raise SettingsError(
            f"base_url begins with http://, and {host} is not near: all between would read the key. Write https://."
        )
    return far


def _is_far(host: str) -> bool:
    try:
        return not ip_address(host).is_private
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))


def by_arguments(text: str) -> str:
    """What is said of the variables, said of the arguments of a call."""
    for variable, argument in ARGUMENTS.items():
        text = text.replace(variable, argument)
    return text.replace(" Add it, or take the line out.", " Give it as well.").replace(", or take the line out", "")
