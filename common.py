"""What every lesson imports: which model answers (MODEL), a client that asks it (get_client), and check for your work.

Settings come from the environment and from the file .env beside this one; the environment wins.

    nothing set            the offline model: no key, no network, no cost
    OPENAI_API_KEY         OpenAI, with gpt-6-luna unless OPENAI_MODEL names another model
    OPENAI_BASE_URL        any compatible server (Ollama, llama.cpp, vLLM …); OPENAI_MODEL says which of its models
    OPENAI_PRICE           what a million tokens cost, where not as gpt-6-luna: input, cached, cache write, output
    WORKBOOK_OFFLINE=1     the offline model, whatever else is set
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mock_model import MockServer, get_mock_async_client, get_mock_client

ENV_FILE = Path(__file__).with_name(".env")
DESK = Path(__file__).parent / "tests" / "challenges" / "desk.py"
OPENAI_URL = "https://api.openai.com/v1"
OFFLINE_MODEL = "offline-model"
OPENAI_DEFAULT = "gpt-6-luna"  # https://developers.openai.com/api/docs/models/gpt-6-luna
VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "WORKBOOK_OFFLINE", "OPENAI_PRICE")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable and what to write instead."""


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in US dollars. As it stands: gpt-6-luna, in prompts of up to 272,000 tokens.

    https://developers.openai.com/api/docs/models/gpt-6-luna, November 2026
    """

    input: float = 0.10
    cached: float = 0.01  # input tokens that the server read from its prompt cache
    cache_write: float = 0.125  # input tokens that it wrote to it
    output: float = 0.50

    def of(self, usage: Any) -> float:
        """The dollars for a `usage`: that of an answer, or that of a `chat_memory.ChatMemory`."""
        details = getattr(usage, "prompt_tokens_details", usage)
        cached = getattr(details, "cached_tokens", None) or 0
        written = getattr(details, "cache_write_tokens", None) or 0
        fresh = usage.prompt_tokens - cached - written
        prompt = fresh * self.input + cached * self.cached + written * self.cache_write
        return (prompt + usage.completion_tokens * self.output) / 1_000_000


@dataclass(frozen=True)
class Settings:
    """Which model answers, and how it is reached. `key` is kept out of every message and representation."""

    model: str
    key: str | None = None
    base_url: str | None = None  # None: OpenAI itself, or the offline model
    price: Price = Price()

    @property
    def offline(self) -> bool:
        return self.key is None and self.base_url is None

    @property
    def limit_parameter(self) -> str:
        """The name under which the server takes a limit for the reply, in tokens.

        OpenAI's current models refuse `max_tokens`; Ollama and llama-cpp-python silently ignore `max_completion_tokens`.
        """
        host = urlsplit(self.base_url or OPENAI_URL).hostname or ""
        own = host.endswith((".openai.com", ".openai.azure.com"))
        return "max_completion_tokens" if own else "max_tokens"

    @property
    def place(self) -> str:
        """Where the model runs, without any password that the address may hold."""
        if self.offline:
            return "this program"
        parts = urlsplit(self.base_url or OPENAI_URL)
        return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, place={self.place!r}, key={'set' if self.key else None})"

    def __str__(self) -> str:
        if self.offline:
            return f"Answers come from the workbook's offline model ({self.model}): no key, no network, no cost."
        if self.base_url:
            return f"Answers come from {self.model} at {self.place}."
        return f"Answers come from {self.model} by OpenAI, which bills them."


def read_settings(environment: Mapping[str, str], env_file: Path = ENV_FILE) -> Settings:
    """Read the settings, once. Raises SettingsError, naming the variable, when one of them cannot be used."""
    values = {name: _clean(value) for name, value in _read_env_file(env_file).items() if name in VARIABLES}
    values |= {name: _clean(environment[name]) for name in VARIABLES if environment.get(name, "").strip()}
    key, base_url, model, offline, price = (values.get(name, "") for name in VARIABLES)
    return replace(_who_answers(key, base_url, model, offline), price=_price(price))


def _who_answers(key: str, base_url: str, model: str, offline: str) -> Settings:
    if _is_on(offline):
        return Settings(OFFLINE_MODEL)
    if re.search(r"\s", model):
        raise SettingsError(
            f"OPENAI_MODEL is {_shown(model)}, but a model's name has no space. Write for example {OPENAI_DEFAULT}."
        )

    if key.endswith("..."):
        raise SettingsError("OPENAI_API_KEY still holds the placeholder. Put your own key there, or take the line out.")
    if not re.fullmatch(r"[!#-&(-~]*", key):  # visible ASCII without quotation marks
        raise SettingsError("OPENAI_API_KEY has a space, a quotation mark or a letter that no key has. Copy it again.")
    if not base_url:
        return Settings(model or OPENAI_DEFAULT, key) if key else Settings(OFFLINE_MODEL)
    if not _is_web_address(base_url):
        raise SettingsError(
            f"OPENAI_BASE_URL is {_shown(base_url)}, which is no web address. Write for example http://localhost:11434/v1."
        )
    if not model:
        raise SettingsError(
            "OPENAI_BASE_URL is set, but OPENAI_MODEL is not set. Name a model that the server has: OPENAI_MODEL=llama3.2."
        )
    return Settings(model, key or "no-key-needed", base_url)


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SettingsError(f"{path.name} is not a UTF-8 text file. Save it again with the encoding UTF-8.")
    for line in parse_stream(StringIO(text)):
        written = line.original.string
        if line.error or (line.key and line.value is None):
            number = line.original.line + written[: len(written) - len(written.lstrip())].count("\n")
            raise SettingsError(
                f"Line {number} of {path.name} is not of the form NAME=value. Mend it, or put a # before it."
            )
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items()}


def _clean(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1].strip() if quoted else value


def _price(value: str) -> Price:
    if not value:
        return Price()
    numbers = re.split(r"[\s,;]+", value)
    if len(numbers) != 4 or not all(re.fullmatch(r"\d+(\.\d+)?", number) for number in numbers):
        raise SettingsError(
            f"OPENAI_PRICE is {_shown(value)}. Write four numbers, in dollars per million tokens: "
            "input, cached, cache write, output. For example: 0.10 0.01 0.125 0.50"
        )
    return Price(*map(float, numbers))


def _is_on(value: str) -> bool:
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise SettingsError(f"WORKBOOK_OFFLINE is {_shown(value)}. Write 1 for the offline model, or 0.")


def _shown(value: str) -> str:
    """A value for an error message, without what may be a secret: people paste keys into the wrong line."""
    return repr(re.sub(r"[\w-]{20,}|(?<=//)[^/]*@", "…", value))


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
        )
    except ValueError:
        return False


SETTINGS = read_settings(os.environ)
MODEL = SETTINGS.model
PRICE = SETTINGS.price


def get_client() -> openai.OpenAI:
    """A client for the model that answers. The first call in a program says on stderr which one that is."""
    _announce()
    if SETTINGS.offline:
        return get_mock_client()
    return openai.OpenAI(api_key=SETTINGS.key, base_url=SETTINGS.base_url or OPENAI_URL)


def get_async_client() -> openai.AsyncOpenAI:
    """The same as `get_client`, for `await`."""
    _announce()
    if SETTINGS.offline:
        return get_mock_async_client()
    return openai.AsyncOpenAI(api_key=SETTINGS.key, base_url=SETTINGS.base_url or OPENAI_URL)


def offline_server(*, context_window: int | None = None) -> MockServer:
    """A server with the offline model, whatever the settings say, for failures that one would not pay a real one for.

    Its `client()` and `async_client()` ask it with the model OFFLINE_MODEL; `fail_next("timeout")` and the like let
    requests fail. `context_window`, in tokens, makes its window small.
    """
    return MockServer(context_window=context_window)


def reply_limit(tokens: int) -> dict[str, int]:
    """A limit for the reply, in tokens, as the server wants it: `create(…, **reply_limit(200))`.

    With a reasoning model the limit covers its hidden reasoning too: a small one can leave an empty reply.
    Raises ValueError when tokens is not a whole number above 0.
    """
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise ValueError(f"A reply limit is a whole number of tokens above 0, not {tokens!r}.")
    return {SETTINGS.limit_parameter: tokens}


def check(number: int | None = None) -> None:
    """Check your work on the challenge with this number, or on all: what `workbook.py check` prints."""
    _at_the_desk("check", number)


def hint(number: int) -> None:
    """Print the next hint for a challenge."""
    _at_the_desk("hint", number)


def solution(number: int, give_up: bool = False) -> None:
    """Print a solution beside your own, once it is solved or with `give_up=True`."""
    _at_the_desk("solution", number, *(["--give-up"] if give_up else []))


def reset(number: int) -> None:
    """Bring the starter of a challenge back; your file is kept as a backup."""
    _at_the_desk("reset", number)


def _at_the_desk(*arguments: object) -> None:
    command = [sys.executable, str(DESK), *(str(argument) for argument in arguments if argument is not None)]
    environment = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    print((done.stdout + done.stderr).rstrip())


_announced = False


def _announce() -> None:
    global _announced
    if not _announced:
        print(SETTINGS, file=sys.stderr)
        _announced = True
