"""What every lesson imports: which model answers (MODEL), a client that asks it (get_client), and check for your work.

Settings come from the environment and from the file .env in the workbook's folder; the environment wins.

    nothing set            the offline model: no key, no network, no cost
    OPENAI_API_KEY         OpenAI, with gpt-6-luna unless OPENAI_MODEL names another model
    OPENAI_BASE_URL        any compatible server (Ollama, llama.cpp, vLLM …); OPENAI_MODEL says which of its models
    OPENAI_REPLY_LIMIT     the most tokens of a reply where a request sets no limit; 0 for none. Unless it is set: none at
                           OpenAI, 300 on another server, where a small model may never come to an end
    OPENAI_PRICE           what a million tokens cost, where not as gpt-6-luna: input, cached, cache write, output
    WORKBOOK_OFFLINE=1     the offline model, whatever else is set

Where there is no .env, as in a browser, `common.use()` asks for a key, and keeps it in memory only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar
from urllib.parse import parse_qsl, urlsplit

import openai
from openai.types import CompletionUsage

from mock_model import MockServer
from mock_model.api import tokens
from mock_model.api.completion import Reply
from mock_model.tasks.reply import reply_to
from set_up import reply_limit as reply_limits
from set_up.settings.by_hand import by_arguments, check_texts, is_offline, settings_by_hand, wants_a_key
from set_up.settings.choosing_the_model import OPENAI_DEFAULT
from set_up.settings.price import Price
from set_up.settings.reading import read_settings
from set_up.settings.settings import OFFLINE_MODEL, OPENAI_URL, Settings
from set_up.settings.variables import SettingsError, clean
from set_up.whole_answers import WholeAnswers

__all__ = [
    "MODEL",
    "OFFLINE_MODEL",
    "OPENAI_DEFAULT",
    "PRICE",
    "SETTINGS",
    "Price",
    "Settings",
    "SettingsError",
    "before_many",
    "check",
    "ending_well",
    "get_async_client",
    "get_client",
    "hint",
    "no_answer",
    "offline_instead",
    "offline_server",
    "reply_limit",
    "reset",
    "solution",
    "use",
]

DESK = Path("tests", "challenges", "desk.py")
ALONE = sys.platform == "emscripten"  # in a browser, where there is no other program to run
IN_A_PAGE = " Whoever has made this page could read it: take a key with a small limit, and delete it afterwards."


BESIDE = Path(__file__).resolve().parent


def _is_workbook(folder: Path) -> bool:
    if not (folder / "work").is_dir() or not any(folder.glob("lessons/01_*.ipynb")):
        return False
    return ALONE or (folder / DESK).is_file()


def _workbook_here() -> Path:
    """The workbook that the current folder is in, else that of this file: one environment can serve many of them.

    Where this file is installed as a package is, among others, only the first of the two is a workbook. A program that
    lies in a workbook itself, such as one of the examples, belongs to that one, from wherever it is started.
    """
    program = getattr(sys.modules["__main__"], "__file__", None)
    try:
        here = Path.cwd()
        if program and BESIDE in Path(program).resolve().parents and _is_workbook(BESIDE):
            return BESIDE
    except OSError:  # the current folder was deleted
        return BESIDE
    return next((folder for folder in (here, *here.parents) if _is_workbook(folder)), BESIDE)


HERE = _workbook_here()  # at once, because lessons go into other folders
# The file of a folder that only looks like a workbook, somewhere above, is not to say where a key is sent.
ENV_FILE = (BESIDE if _is_workbook(BESIDE) else HERE) / ".env"
SETTINGS = read_settings(os.environ, ENV_FILE)
MODEL = SETTINGS.model
PRICE = SETTINGS.price


def use(
    base_url: str = "", model: str = "", ask: bool | None = None, price: str = "", reply_limit: int | None = None
) -> None:
    """Let another model answer from here on, and say which: `use()` OpenAI's, `use("http://localhost:11434/v1", "llama3.2")`.

    A key is asked for where a server is likely to want one, or as `ask` says. It is no argument, because calls are kept: in
    notebooks, in IPython's history. `price` and `reply_limit` are what OPENAI_PRICE and OPENAI_REPLY_LIMIT are.
    `use(model="offline-model")` goes back to the offline model. Raises SettingsError for what cannot be used: then all is as
    it was.
    """
    global SETTINGS, MODEL, PRICE, _announced
    check_texts(base_url=base_url, model=model, price=price)
    before, key = SETTINGS, ""
    if not is_offline(base_url, model) and (wants_a_key(base_url) if ask is None else ask):
        key = _asked_for_key(urlsplit(clean(base_url) or OPENAI_URL).hostname or base_url)
    SETTINGS = settings_by_hand(base_url, model, key, price, reply_limit)
    MODEL, PRICE, _announced = SETTINGS.model, SETTINGS.price, True
    print(by_arguments(str(SETTINGS)))
    if clean(key):
        print(
            f"The key is in the memory of this program alone. It is sent to {SETTINGS.place}, is in no file, and is "
            "gone when the program ends." + (IN_A_PAGE if ALONE else "")
        )
    if ALONE:  # that a browser, and not the client, holds the connections
        warnings.filterwarnings("ignore", "The following transport option", UserWarning)
    if ALONE and SETTINGS.base_url:
        print(f"The server has to allow this page: {_allowing()}.")
    print(
        f"Now run the lesson's first cell, again if need be: a client that was made before goes on asking {before.model} "
        f"({before.place}), and an imported MODEL or PRICE is as it was."
    )


def _asked_for_key(place: str) -> str:
    from getpass import getpass

    try:
        return getpass(f"The key for {place} (it is not shown): ")
    except Exception:  # whatever a page raises that cannot ask
        raise SettingsError(
            f"You cannot be asked for the key for {place} here. Where the workbook is installed, put it into .env, as the "
            "README says."
        ) from None


def _allowing() -> str:
    """How a server is told to answer this page, in a browser."""
    origin = getattr(getattr(import_module("js"), "location", None), "origin", "null")
    return f"Ollama does when it is started with OLLAMA_ORIGINS={'*' if origin == 'null' else origin}"


def get_client() -> openai.OpenAI:
    """A client for the model that answers. The first call in a program says on stderr which one that is.

    All clients of a program ask the same server: what one of them lets it keep (a response, a conversation) the others find.
    """
    _announce()
    if SETTINGS.offline:
        return _the_server().client()
    return _made_alike(openai.OpenAI(**_way_to_the_server()))


def get_async_client() -> openai.AsyncOpenAI:
    """The same as `get_client`, for `await`."""
    _announce()
    if SETTINGS.offline:
        return _the_server().async_client()
    return _made_alike(openai.AsyncOpenAI(**_way_to_the_server()))


AnyClient = TypeVar("AnyClient", openai.OpenAI, openai.AsyncOpenAI)


def _made_alike(client: AnyClient) -> AnyClient:
    """The client, with the limit of the settings in each request that says nothing of one, and with whole answers."""
    if limit := SETTINGS.default_limit:
        reply_limits.ReplyLimit(SETTINGS.limit_parameter, limit).put_on(client)
    if SETTINGS.base_url:
        WholeAnswers(_usage_of, SETTINGS.place, _told).put_on(client)
    return client


def _usage_of(messages: list[Any], text: str) -> CompletionUsage:
    """What a request takes, as OpenAI counts it, tools left out."""
    encoding = "o200k_base"
    prompt = tokens.PRIMING + sum(tokens.count_message(dict(message), encoding) for message in messages)
    reply = tokens.count_text(text, encoding)
    return CompletionUsage(prompt_tokens=prompt, completion_tokens=reply, total_tokens=prompt + reply)


@cache
def _the_server() -> MockServer:
    """The offline model's server: one for the program, as a provider is one."""
    return MockServer()


def _way_to_the_server() -> dict[str, Any]:
    """What a client is made with. What stands behind a ? in the address belongs behind that of each request."""
    parts = urlsplit(SETTINGS.base_url or OPENAI_URL)
    address = parts._replace(query="", fragment="").geturl()
    return {"api_key": SETTINGS.key, "base_url": address, "default_query": dict(parse_qsl(parts.query)) or None}


Says = Callable[[list[dict[str, Any]]], str | tuple[str, dict[str, Any]] | None]


def offline_server(
    *,
    context_window: int | None = None,
    clock: Callable[[], float] = time.monotonic,
    keeps: Literal["all", "nothing", "refuses"] = "all",
    says: Says = lambda messages: None,
) -> MockServer:
    """A server with the offline model, whatever the settings say, for failures that one would not pay a real one for.

    Its `client()` and `async_client()` ask it with the model OFFLINE_MODEL; `fail_next("timeout")` and the like let
    requests fail. `context_window`, in tokens, makes its window small. `clock` tells the seconds by which its prompt cache
    and the responses that it keeps grow old. `keeps` says what it keeps of them: "all" as OpenAI, "nothing", then an id of an
    earlier response is ignored without a word, as Ollama does it, or "refuses" it, as llama.cpp does. `says(messages)` may
    put words into the model's mouth: a reply, or the name of a tool with the arguments of a call; None where the model
    answers by itself.
    """

    def reply(body: dict[str, Any], fits: Callable[[str], bool]) -> Reply:
        said = says(body["messages"])
        if said is None:
            return reply_to(body, fits)
        return Reply(said) if isinstance(said, str) else Reply(None, (said,))

    return MockServer(context_window=context_window, clock=clock, keeps=keeps, reply_to=reply)


def offline_instead(why: str | Exception) -> tuple[openai.OpenAI, str]:
    """Print that the offline model answers from here on, and why; return a client that asks it, and its name.

    `why` is what the model of the settings, or its server, cannot do: in words, or the error that says it.
    """
    print(f"From here on the offline model answers in this lesson: {_said(why)}")
    return offline_server().client(), OFFLINE_MODEL


@contextmanager
def ending_well(*more: type[Exception]) -> Iterator[None]:
    """For all of a program: what the server refuses, or one of the errors `more`, ends it with a sentence, Ctrl-C without."""
    try:
        yield
    except KeyboardInterrupt:
        pass
    except Exception as error:
        if not isinstance(error, (openai.OpenAIError, *more)):
            raise
        print(f"\n{no_answer(error)}")


def no_answer(error: Exception) -> str:
    """Why there is no answer, in a sentence, with the next step where it is known: the server's own words, or what is missing."""
    if isinstance(error, openai.APIConnectionError):
        why = "takes too long" if isinstance(error, openai.APITimeoutError) else "does not answer"
        allowing = f" And does it allow this page? {_allowing()}." if ALONE else ""
        return f"No answer: {SETTINGS.place} {why}. Is the server running there?{allowing}"
    if isinstance(error, openai.AuthenticationError):
        where = "common.use() asks for another." if ALONE else "OPENAI_API_KEY sets it, in .env for instance."
        return f"No answer: {SETTINGS.place} refuses the key. {_said(error)} {where}"
    if SETTINGS.default_limit and "cut off at the limit" in str(error):
        return f"No answer: {error} OPENAI_REPLY_LIMIT sets it where a request does not, {SETTINGS.default_limit} tokens now."
    return f"No answer: {_said(error)}"


def _said(why: str | Exception) -> Any:
    """The server's own words in an error, in whatever form it sends them; or what else there is."""
    body = getattr(why, "body", None)
    said = body.get("message") if isinstance(body, dict) else body
    return said or (f"{why}: {body}" if body else why)


def before_many(requests: int, prompt_tokens: int, reply_tokens: int) -> None:
    """Say how many requests a real model may get, and about what they cost where OpenAI bills them; offline nothing."""
    if SETTINGS.offline:
        return
    dollars = (prompt_tokens * PRICE.input + reply_tokens * PRICE.output) / 1_000_000
    cost = (
        f"they cost about {dollars:.2f} dollars" if SETTINGS.base_url is None else "whether they cost anything it knows"
    )
    tokens = f"{prompt_tokens:,} tokens and {reply_tokens:,} of replies"
    print(
        f"At most some {requests:,} requests go to {SETTINGS.model} at {SETTINGS.place}, with {tokens}; {cost}. "
        "Ctrl-C, in a notebook its stop button, ends them.",
        flush=True,
    )


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


def _at_the_desk(*arguments: object) -> None:
    if ALONE:
        desk = import_module(".".join((*DESK.parent.parts, "in_a_notebook")))
        desk.at_the_desk(HERE / "work", [str(argument) for argument in arguments if argument is not None])
        return
    if not (HERE / DESK).is_file():
        print(
            f"Your work is not found from here: {HERE} is no folder of the workbook. Start Python, or the notebook, in a folder "
            "of the workbook (that with work/ and lessons/, or one inside), and import common anew."
        )
        return
    command = [sys.executable, str(HERE / DESK), *(str(argument) for argument in arguments if argument is not None)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"} | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    print((done.stdout + done.stderr).rstrip())


_announced = False
_told: set[str] = set()  # of answers, in this program


def _announce() -> None:
    global _announced
    if not _announced:
        print(SETTINGS, file=sys.stderr)
        _announced = True
