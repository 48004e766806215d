"""What every lesson imports: which model answers (MODEL), and a client that asks it (get_client).

Settings come from the environment and from the file .env beside this one; the environment wins.

    nothing set            the offline model: no key, no network, no cost
    OPENAI_API_KEY         OpenAI, with gpt-6-luna unless OPENAI_MODEL names another model
    OPENAI_BASE_URL        any compatible server (Ollama, llama.cpp, vLLM …); OPENAI_MODEL says which of its models
    WORKBOOK_OFFLINE=1     the offline model, whatever else is set
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import openai
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mock_model import get_mock_async_client, get_mock_client

ENV_FILE = Path(__file__).with_name(".env")
OFFLINE_MODEL = "offline-model"
OPENAI_DEFAULT = "gpt-6-luna"  # https://developers.openai.com/api/docs/models/gpt-6-luna
VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "WORKBOOK_OFFLINE")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """Which model answers, and how it is reached. `key` is kept out of every message and representation."""

    model: str
    key: str | None = None
    base_url: str | None = None  # None: OpenAI itself, or the offline model

    @property
    def offline(self) -> bool:
        return self.key is None and self.base_url is None

    @property
    def limit_parameter(self) -> str:
        """The name under which the server takes a limit for the reply, in tokens.

        OpenAI's current models refuse `max_tokens`; Ollama and llama-cpp-python silently ignore `max_completion_tokens`.
        """
        host = urlsplit(self.base_url).hostname or "" if self.base_url else "api.openai.com"
        own = host == "api.openai.com" or host.endswith((".openai.com", ".openai.azure.com"))
        return "max_completion_tokens" if own else "max_tokens"

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, base_url={self.base_url!r}, key={'set' if self.key else None})"

    def __str__(self) -> str:
        if self.offline:
            return f"Answers come from the workbook's offline model ({self.model}): no key, no network, no cost."
        place = f"the server at {urlsplit(self.base_url).netloc.rpartition('@')[2]}" if self.base_url else "OpenAI, which bills them"
        return f"Answers come from {self.model} at {place}." if self.base_url else f"Answers come from {self.model} by {place}."


def read_settings(environment: Mapping[str, str], env_file: Path = ENV_FILE) -> Settings:
    """Read the settings, once. Raises SettingsError, naming the variable, when one of them cannot be used."""
    values = {name: _clean(value) for name, value in _read_env_file(env_file).items() if name in VARIABLES}
    values |= {name: _clean(environment[name]) for name in VARIABLES if environment.get(name, "").strip()}
    key, base_url, model = (values.get(name) or None for name in VARIABLES[:3])
    if _is_on(values.get("WORKBOOK_OFFLINE", "")):
        return Settings(OFFLINE_MODEL)
    if model and any(c.isspace() for c in model):
        raise SettingsError(f"OPENAI_MODEL is {model!r}, but a model's name has no spaces. Write for example OPENAI_MODEL={OPENAI_DEFAULT}.")
    if key and (not key.isascii() or any(c.isspace() for c in key)):
        raise SettingsError("OPENAI_API_KEY has a space or a letter that no key has. Copy it again, without quotes around a part of it.")
    if key and key.endswith("..."):
        raise SettingsError("OPENAI_API_KEY still holds the placeholder. Put your own key there, or take the line out.")
    if not base_url:
        return Settings(model or OPENAI_DEFAULT, key) if key else Settings(OFFLINE_MODEL)
    _check_url(base_url)
    if not model:
        raise SettingsError(f"OPENAI_BASE_URL is {base_url}, but OPENAI_MODEL is not set. Name a model that the server has, like OPENAI_MODEL=llama3.2.")
    return Settings(model, key or "no-key-needed", base_url)


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for binding in parse_stream(stream):
                if binding.error:
                    raise SettingsError(f"Line {binding.original.line} of {path.name} is not of the form NAME=value. Mend it, or put a # before it.")
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name} is not a UTF-8 text file. Save it again with the encoding UTF-8.") from None
    return {name: value or "" for name, value in dotenv_values(path, encoding="utf-8-sig").items()}


def _clean(value: str) -> str:
    return value.strip().strip("\"'").strip()


def _is_on(value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise SettingsError(f"WORKBOOK_OFFLINE is {value!r}. Write 1 for the offline model, or 0.")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"OPENAI_BASE_URL is {url!r}, which is no web address. Write for example OPENAI_BASE_URL=http://localhost:11434/v1.")


SETTINGS = read_settings(os.environ)
MODEL = SETTINGS.model


def get_client() -> openai.OpenAI:
    """A client for the model that answers. The first call in a program says on stderr which one that is."""
    _announce()
    return get_mock_client() if SETTINGS.offline else openai.OpenAI(api_key=SETTINGS.key, base_url=SETTINGS.base_url)


def get_async_client() -> openai.AsyncOpenAI:
    """The same as `get_client`, for `await`."""
    _announce()
    return get_mock_async_client() if SETTINGS.offline else openai.AsyncOpenAI(api_key=SETTINGS.key, base_url=SETTINGS.base_url)


def reply_limit(tokens: int) -> dict[str, int]:
    """A limit for the reply, in tokens, as the server wants it: `create(…, **reply_limit(200))`.

    With a reasoning model the limit covers its hidden reasoning too: a small one can leave an empty reply.
    Raises ValueError when tokens is not a whole number above 0.
    """
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise ValueError(f"A reply limit is a whole number of tokens above 0, not {tokens!r}.")
    return {SETTINGS.limit_parameter: tokens}


_announced = False


def _announce() -> None:
    global _announced
    if not _announced:
        print(SETTINGS, file=sys.stderr)
        _announced = True
