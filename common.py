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
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from io import StringIO
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import parse_qsl, urlsplit

import openai
from dotenv.parser import parse_stream

from mock_model import MockServer, get_mock_async_client, get_mock_client

ENV_FILE = Path(__file__).with_name(".env")
DESK = Path("tests", "challenges", "desk.py")
OPENAI_URL = "https://api.openai.com/v1"
OFFLINE_MODEL = "offline-model"
OPENAI_DEFAULT = "gpt-6-luna"  # https://developers.openai.com/api/docs/models/gpt-6-luna
VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "WORKBOOK_OFFLINE", "OPENAI_PRICE")
ELSEWHERE = {  # what others call it
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_ENDPOINT": "OPENAI_BASE_URL",
    "AZURE_OPENAI_ENDPOINT": "OPENAI_BASE_URL",
    "AZURE_OPENAI_DEPLOYMENT": "OPENAI_MODEL",
}
OF_OTHERS = {f"OPENAI_{name}" for name in ("ORG_ID", "ORGANIZATION", "PROJECT", "PROJECT_ID", "LOG", "ADMIN_KEY")}
OF_OTHERS |= {"OPENAI_API_TYPE", "OPENAI_API_VERSION", "OPENAI_WEBHOOK_SECRET"}
NEAR = 0.8  # of 1: as alike as OPENAI_KEY and OPENAI_API_KEY are, or more
LAST_WORDS = {
    "OPENAI_API_KEY": "KEY APIKEY TOKEN SECRET",
    "OPENAI_BASE_URL": "URL URI HOST ENDPOINT BASE SERVER ADDRESS BASEURL",
    "OPENAI_MODEL": "MODEL DEPLOYMENT",
    "WORKBOOK_OFFLINE": "OFFLINE",
}
OF_MODELS = {"OPENAI", "OLLAMA", "LLM", "GPT", "CHATGPT", "AI", "OPEN", "WORKBOOK"}  # words that go before them
OUTSIDE = "The environment"
NO_KEY = frozenset(
    "sk your my own openai api key here changeme change me replace this insert paste todo none null".split()
)
QUOTES = "\"'`“”‘’„«»"
# https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
AZURE_KINDS = ("openai.azure", "services.ai.azure", "cognitiveservices.azure")
AZURE_HOSTS = tuple(f".{kind}.{cloud}" for kind in AZURE_KINDS for cloud in ("com", "us", "cn"))


Setting = tuple[str, str, str]  # a name, a value, and where it stands, in words


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
        return float(prompt + usage.completion_tokens * self.output) / 1_000_000


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

        OpenAI's current models refuse `max_tokens`, at OpenAI and on Azure; Ollama and llama-cpp-python silently ignore
        `max_completion_tokens`.
        """
        host = (urlsplit(self.base_url or OPENAI_URL).hostname or "").rstrip(".")
        own = host.endswith((".openai.com", ".azure-api.net", *AZURE_HOSTS))
        return "max_completion_tokens" if own else "max_tokens"

    @property
    def place(self) -> str:
        """Where the model runs, without any password that the address may hold."""
        if self.offline:
            return "this program"
        parts = urlsplit(self.base_url or OPENAI_URL)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        return f"{host}:{parts.port}" if parts.port else f"{host}"

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, place={self.place!r}, key={'set' if self.key else None})"

    def __str__(self) -> str:
        if self.offline:
            return f"Answers come from the workbook's offline model ({self.model}): no key, no network, no cost."
        if self.base_url:
            return f"Answers come from {self.model} at {self.place}."
        return f"Answers come from {self.model} by OpenAI, which bills them."


def read_settings(environment: Mapping[str, str], env_file: Path = ENV_FILE) -> Settings:
    """Read the settings, once. Raises SettingsError, naming the variable, when one of them cannot be used.

    A name that is surely one of ours, such as `$env:OPENAI_API_KEY`, counts as ours. One that only looks like it is refused,
    because the offline model would answer in silence; in the environment, which is not ours alone, only if it would.
    """
    in_file = _read_env_file(env_file)
    outside = [(name, value, OUTSIDE) for name, value in environment.items()]
    values = _ours(in_file)
    values |= _ours((_plain_name(name), value, place) for name, value, place in outside)
    values |= _ours(setting for setting in outside if setting[0] in VARIABLES)  # as we write it, it wins
    key, base_url, model, offline, price = (values.get(name, "") for name in VARIABLES)
    if not _is_on(offline):
        misspelt = [setting for setting in outside if not _is_of_others(setting[0])]
        _refuse_near_names(in_file, set(VARIABLES) - values.keys())
        _refuse_near_names(misspelt, {"WORKBOOK_OFFLINE"} - values.keys())
        if not (key or base_url):
            _refuse_other_files(env_file)
            _refuse_near_names(misspelt, {"OPENAI_API_KEY", "OPENAI_BASE_URL"})
            _refuse_a_model_alone(in_file)
    return replace(_who_answers(key, base_url, model, offline), price=_price(price))


def _ours(found: Iterable[Setting]) -> dict[str, str]:
    """The settings that we know; a later one wins, a blank one sets nothing."""
    cleaned = ((name, _clean(value)) for name, value, _ in found if name in VARIABLES)
    return {name: value for name, value in cleaned if value}


def _refuse_near_names(found: Iterable[Setting], missing: set[str]) -> None:
    """Raise SettingsError for a name that nothing reads, and that was surely meant to be one of ours that is missing."""
    for name, value, place in found:
        meant = _meant(name, value, place == OUTSIDE)
        if meant in missing and _clean(value):
            azure = "AZURE" in name.upper()
            example = "=https://NAME.openai.azure.com/openai/v1/" if azure and meant == "OPENAI_BASE_URL" else "=…"
            shown = name.strip() if re.fullmatch(r"[^\W\d]+", name.strip()) else _shown(name)[1:-1]
            looks = "" if name.isascii() else " (one of its letters only looks the same)"
            raise SettingsError(
                f"{place} sets {shown}, which nothing reads{looks}. Did you mean {meant}? Write {meant}{example} in its place, "
                "or take it out. (WORKBOOK_OFFLINE=1 chooses the offline model.)"
            )


def _meant(name: str, value: str, outside: bool) -> str | None:
    """Which of our names was surely meant by another one that nothing reads."""
    plain = _plain_name(name)
    letters = re.sub(r"[^A-Z]", "", plain)
    if plain in (*VARIABLES, *OF_OTHERS) or plain in ELSEWHERE:
        return ELSEWHERE.get(plain)
    if not outside and (own := _by_its_last_word(plain)):
        return own
    likeness = {ours: _likeness(letters, ours.replace("_", "")) for ours in VARIABLES}
    nearest = max(likeness, key=likeness.__getitem__)
    if likeness[nearest] >= NEAR:
        return nearest
    return "OPENAI_API_KEY" if re.match("sk-(?!ant-)", _clean(value)) else None


def _by_its_last_word(plain: str) -> str | None:
    """What is meant by MODEL, API_KEY, BASE_URL, OPENAI_HOST, OLLAMA_MODEL … in a file that is ours alone."""
    *before, last = re.split(r"[-_.]+", plain.removesuffix("_NAME"))
    alone = not before and last in ("MODEL", "KEY", "APIKEY", "BASEURL", "OFFLINE")
    known = before and (OF_MODELS | {"API", "BASE", "DEFAULT", "CHAT", "USE", "MODEL"}).issuperset(before)
    return next((ours for ours, words in LAST_WORDS.items() if (alone or known) and last in words.split()), None)


def _likeness(letters: str, ours: str) -> float:
    around = letters.startswith(ours) or letters.endswith(ours)  # MY_OPENAI_API_KEY
    return 1.0 if around else SequenceMatcher(None, letters, ours).ratio()


def _is_of_others(name: str) -> bool:
    """Whether a name in the environment can be that of another program: such as AZURE_OPENAI_API_KEY, or SOME_KEY."""
    plain = _plain_name(name)
    letters, ours = re.sub(r"[^A-Z]", "", plain), [variable.replace("_", "") for variable in VARIABLES]
    longer = any(len(letters) > len(own) + 1 and (letters.startswith(own) or letters.endswith(own)) for own in ours)
    return longer or plain in ELSEWHERE or not letters.startswith(("OPEN", "WORKBOOK"))


def _refuse_a_model_alone(in_file: Iterable[Setting]) -> None:
    """Raise SettingsError where the file names a model and nothing says who has it: the offline model would answer."""
    model = _ours(in_file).get("OPENAI_MODEL", OFFLINE_MODEL)
    if model != OFFLINE_MODEL:
        raise SettingsError(
            f"OPENAI_MODEL is {_shown(model)}, but nothing says where that model is. Add OPENAI_API_KEY=… for OpenAI, or "
            "OPENAI_BASE_URL=… for another server, or take the line out for the offline model."
        )


def _refuse_other_files(env_file: Path) -> None:
    """Raise SettingsError where the settings are in a file beside .env that is not read."""
    for name in (f"{env_file.name}.txt", env_file.name.lstrip("."), f"{env_file.name}.example"):
        other = env_file.with_name(name)
        if other.is_file() and (found := _ours(_read_env_file(other))):
            raise SettingsError(
                f"{name} sets {', '.join(found)}, but only {env_file.name} is read. Copy {name} to {env_file.name}, or take "
                f"the lines out.{' (Windows hides the ending .txt; the command dir shows it.)' if '.txt' in name else ''}"
            )


def _who_answers(key: str, base_url: str, model: str, offline: str) -> Settings:
    if _is_on(offline):
        return Settings(OFFLINE_MODEL)
    if re.search(r"\s", model):
        raise SettingsError(
            f"OPENAI_MODEL is {_shown(model)}, but a model's name has no space. Write for example {OPENAI_DEFAULT}."
        )
    if re.match("sk-", model):
        raise SettingsError("OPENAI_MODEL holds a key. Put it into OPENAI_API_KEY, and the name of a model here.")
    _check_key(key, anywhere=bool(base_url))
    if not base_url:
        return Settings(model or OPENAI_DEFAULT, key) if key else Settings(OFFLINE_MODEL)
    if not _is_web_address(base_url):
        raise SettingsError(
            f"OPENAI_BASE_URL is {_shown(base_url)}, which is no web address. Write for example http://localhost:11434/v1."
        )
    base_url = _without_endpoint(base_url)
    parts = urlsplit(base_url)
    if _is_openai(parts.hostname):
        if not key:
            raise SettingsError(
                "OPENAI_BASE_URL is OpenAI's, but OPENAI_API_KEY is not set. Add it, or take the line out."
            )
        return Settings(model or OPENAI_DEFAULT, key, base_url)
    if not model:
        raise SettingsError(
            "OPENAI_BASE_URL is set, but OPENAI_MODEL is not set. Name a model that the server has: OPENAI_MODEL=llama3.2."
        )
    if str(parts.hostname).endswith(AZURE_HOSTS) and not parts.path.rstrip("/").endswith("/v1"):
        raise SettingsError(
            f"OPENAI_BASE_URL is {_shown(base_url)}, but Azure's address for this client ends in /openai/v1/. Write for example "
            "https://NAME.openai.azure.com/openai/v1/, and in OPENAI_MODEL the name of your deployment."
        )
    return Settings(model, key or "no-key-needed", base_url)


def _without_endpoint(base_url: str) -> str:
    """An address without the path that the client adds itself, and with the version where OpenAI's own lacks it."""
    endpoint = r"(/chat/completions|(?<=/v1)/(completions|responses|models|embeddings))/?(?=$|\?)"
    base_url = re.sub(endpoint, "", base_url.rstrip(",;"))
    parts = urlsplit(base_url)
    bare = _is_openai(parts.hostname) and parts.path in ("", "/")
    return parts._replace(path="/v1").geturl() if bare else base_url


def _is_openai(host: str | None) -> bool:
    """Whether this is OpenAI itself: api.openai.com, or that of a region."""
    return f".{host}".rstrip(".").endswith(".api.openai.com")


def _check_key(key: str, anywhere: bool) -> None:
    """Raise SettingsError for what is surely no key; the message does not show it. Another server may take any word."""
    words = re.sub(r"[\W_]+|x{3,}", " ", key.lower()).split()
    if key.endswith("...") or (key and not anywhere and NO_KEY.issuperset(words)):
        raise SettingsError("OPENAI_API_KEY still holds the placeholder. Put your own key there, or take the line out.")
    if not re.fullmatch(r"([^\W_][!#-&(-~]*(?<![;,>\])}]))?", key, re.ASCII) or re.match("sk-.*#", key):
        raise SettingsError("OPENAI_API_KEY has a space, a quotation mark or a sign that no key has. Copy it again.")


def _read_env_file(path: Path) -> list[Setting]:
    """The settings in a file, in order. Raises SettingsError where it, or a line of it, cannot be read."""
    text = "\n".join(map(_with_plain_name, re.split(r"\r\n|\n|\r", _text_of(path))))
    found = []
    for line in parse_stream(StringIO(text)):
        written = line.original.string
        number = line.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        if line.error or (line.key and line.value is None):
            raise SettingsError(
                f"Line {number} of {path.name} is not of the form NAME=value. Mend it, or put a # before it."
            )
        if line.key:
            found.append((line.key, line.value or "", f"Line {number} of {path.name}"))
    return found


def _text_of(path: Path) -> str:
    """What is in a file of settings: nothing where there is none."""
    if not os.path.lexists(path):
        return ""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        data = None
    except OSError as error:
        if not path.is_dir():  # Windows has no other word for it
            raise SettingsError(
                f"{path.name} cannot be read ({error.strerror}). Allow yourself to read it, or take it away."
            ) from None
        data = None
    if data is None:
        raise SettingsError(
            f"{path.name} is a folder, but settings are read from a text file of this name. Take the folder away, then copy "
            ".env.example to .env."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        kind = "is saved in UTF-16, as Windows PowerShell's > does it"
    else:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            kind = "is not a UTF-8 text file"
    raise SettingsError(f"{path.name} {kind}. Save it again with the encoding UTF-8.")


def _with_plain_name(line: str) -> str:
    """A line of a file, with the name in it as we write it where it is surely one of ours: `set "OpenAI_API_Key=…"`."""
    parts = re.match(r"([^=＝﹦#]*)([=＝﹦]?)(.*)", line, re.S)
    name, equals, value = parts.groups() if parts else (line, "", "")
    if not equals or _plain_name(name) not in VARIABLES:
        return line
    around = sum(name.count(mark) for mark in QUOTES) % 2  # around both, as cmd.exe wants it
    if around and value.rstrip().endswith(tuple(QUOTES)):
        value = value.rstrip()[:-1]
    return f"{_plain_name(name)}={value}"


def _plain_name(name: str) -> str:
    """A name without what does not belong to it: `export`, `$env:`, quotes, blanks, invisible letters, wide ones."""
    name = re.sub(r"[^ -~]", "", unicodedata.normalize("NFKC", name)).strip().upper()
    name = re.sub(r"^(EXPORT|SET|ENV|DECLARE -X)\s+", "", name).strip(QUOTES + " ")
    return re.sub(r"^\$\{?(ENV:)?", "", name).strip(QUOTES + "} ")


def _clean(value: str) -> str:
    """A value without what one does not see, and without blanks and quotes around it, also those of a word processor."""
    value = "".join(letter for letter in value if unicodedata.category(letter) != "Cf")
    value = unicodedata.normalize("NFKC", value).strip()
    quoted = len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES
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
    return repr(re.sub(r"[\w-]{20,}|(?<=//)[^/]*@|(?<=\w=)[^&#\s]+", "…", value))


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
    return openai.OpenAI(**_way_to_the_server())


def get_async_client() -> openai.AsyncOpenAI:
    """The same as `get_client`, for `await`."""
    _announce()
    if SETTINGS.offline:
        return get_mock_async_client()
    return openai.AsyncOpenAI(**_way_to_the_server())


def _way_to_the_server() -> dict[str, Any]:
    """What a client is made with. What stands behind a ? in the address belongs behind that of each request."""
    parts = urlsplit(SETTINGS.base_url or OPENAI_URL)
    address = parts._replace(query="", fragment="").geturl()
    return {"api_key": SETTINGS.key, "base_url": address, "default_query": dict(parse_qsl(parts.query)) or None}


def offline_server(*, context_window: int | None = None) -> MockServer:
    """A server with the offline model, whatever the settings say, for failures that one would not pay a real one for.

    Its `client()` and `async_client()` ask it with the model OFFLINE_MODEL; `fail_next("timeout")` and the like let
    requests fail. `context_window`, in tokens, makes its window small.
    """
    return MockServer(context_window=context_window)


class ReplyLimit(TypedDict, total=False):
    """The argument of a request that limits its reply: one of the two."""

    max_completion_tokens: int
    max_tokens: int


def reply_limit(tokens: int) -> ReplyLimit:
    """A limit for the reply, in tokens, as the server wants it: `create(…, **reply_limit(200))`.

    With a reasoning model the limit covers its hidden reasoning too: a small one can leave an empty reply.
    Raises ValueError when tokens is not a whole number above 0.
    """
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise ValueError(f"A reply limit is a whole number of tokens above 0, not {tokens!r}.")
    if SETTINGS.limit_parameter == "max_tokens":
        return {"max_tokens": tokens}
    return {"max_completion_tokens": tokens}


def check(number: int | None = None) -> None:
    """Check your work on the challenge with this number, or on all: what `workbook.py check` prints."""
    _at_the_desk("check", number)


def hint(number: int) -> None:
    """Print the next hint for a challenge."""
    _at_the_desk("hint", number)


def solution(number: int, give_up: bool = False) -> None:
    """Print a solution beside your own, once it is solved or with `give_up=True`."""
    _at_the_desk("solution", number, *(["--give-up"] if give_up else []))


def reset(number: int, lesson: bool = False) -> None:
    """Bring the starter of a challenge back, or with `lesson=True` a clean lesson; yours is kept as a backup."""
    _at_the_desk("reset", *(["lesson"] if lesson else []), number)


def _workbook_here() -> Path:
    """The workbook that the current folder is in, else that of this file: one environment can serve two copies of it."""
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        here = Path(__file__).parent
    folders = (here, *here.parents)
    return next((folder for folder in folders if (folder / DESK).is_file()), Path(__file__).parent)


HERE = _workbook_here()  # at once, because lessons go into other folders


def _at_the_desk(*arguments: object) -> None:
    command = [sys.executable, str(HERE / DESK), *(str(argument) for argument in arguments if argument is not None)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"} | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    print((done.stdout + done.stderr).rstrip())


_announced = False


def _announce() -> None:
    global _announced
    if not _announced:
        print(SETTINGS, file=sys.stderr)
        _announced = True
