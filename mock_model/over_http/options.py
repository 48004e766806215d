"""Options: what `serve` can be told, and what is said in a sentence when it cannot be so."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from typing import NoReturn

from mock_model.over_http.asked import MOST as MOST_REQUESTS
from mock_model.over_http.failing import SPRINKLED
from mock_model.over_http.users import MOST as MOST_KEYS

RATE = 0.1  # of the requests
LARGEST_WINDOW = 10**9  # tokens
NOTES = (
    f"The same request gets the same reply, with the same id and time. The latest {MOST_REQUESTS:,} requests are kept in memory "
    f"for GET /offline/requests; when more than {MOST_KEYS} keys have asked, the state of the one not heard of for the longest "
    "is forgotten. Any page that is open in a browser on this machine can ask the model with a key that it guesses, and see the "
    "responses stored for that key; --api-key with a word of your own keeps it out. Requests are answered one after the other: "
    "one of a megabyte holds up all others for seconds."
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"serve: {message}\n")


def read(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for. Anything that cannot be ends the program with one sentence and the exit code 2."""
    parser = _Parser(
        prog="serve",
        description="The offline model as an OpenAI-compatible server. Each API key has conversations, failures and a prompt "
        "cache of its own.",
        epilog=NOTES,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=_port, default=8000, help="0: a free one, which the first line names (default: 8000)")
    add(
        "--host",
        type=_host,
        default="127.0.0.1",
        help="where to listen (default: this machine only; 0.0.0.0: everywhere)",
    )
    add("--window", type=_tokens, metavar="TOKENS", help="the context window of every model")
    add("--api-key", type=_key, metavar="KEY", help="the only key that is accepted (default: any)")
    add(
        "--any-model",
        action="store_true",
        help="answer to any gpt-… and o… name, gpt-4o too, by its family's rules (default: those of GET /v1/models)",
    )
    add(
        "--pace",
        type=_positive,
        metavar="PIECES",
        help="pieces (words) of a stream in a second (default: as fast as can be)",
    )
    add("--first-token-delay", type=_seconds, default=0.0, metavar="SECONDS", help="before each answer of a model")
    add(
        "--seed-failures",
        type=_whole,
        metavar="SEED",
        help=f"let some requests fail ({', '.join(SPRINKLED)}): with the same seed, the same ones of each key's requests",
    )
    add("--failure-rate", type=_share, metavar="SHARE", help=f"how many then fail, from 0 to 1 (default: {RATE})")
    add(
        "--journal",
        metavar="FILE",
        type=_file,
        help="append to it what each request held, a JSON line each (default: no file)",
    )
    add("--from", dest="folder", default="", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.journal = options.journal and os.path.join(options.folder, options.journal)
    if options.failure_rate is None:
        options.failure_rate = RATE
    elif options.seed_failures is None:
        parser.error("--failure-rate needs --seed-failures, which says where chance begins.")
    return options


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number.") from None
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is no number to work with.")
    return number


def _whole(text: str) -> int:
    number = _number(text.replace("_", "").replace(",", ""))
    if number != int(number):
        raise argparse.ArgumentTypeError(f"{text} is no whole number.")
    return int(number)


def _port(text: str) -> int:
    port = _whole(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"there is no port {port}: they go from 1 to 65535, and 0 is any free one.")
    return port


def _tokens(text: str) -> int:
    tokens = _whole(text)
    if tokens < 1:
        raise argparse.ArgumentTypeError(f"a context window holds at least one token, not {tokens}.")
    if tokens > LARGEST_WINDOW:
        raise argparse.ArgumentTypeError(f"a context window holds at most {LARGEST_WINDOW:,} tokens here.")
    return tokens


def _positive(text: str) -> float:
    number = _number(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text} a second would never come to an end: give more than 0.")
    return number


def _seconds(text: str) -> float:
    number = _number(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"nobody can wait {text} seconds: give 0 or more.")
    return number


def _share(text: str) -> float:
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: 0 is none, 1 is every request.")
    return number


def _host(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: 127.0.0.1 is this machine only, 0.0.0.0 every way to it.")
    return text.strip().removeprefix("[").removesuffix("]")


def _file(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: name the file, or leave --journal out.")
    return text


def _key(text: str) -> str:
    if not text or text != text.strip() or not text.isascii() or not text.isprintable():
        raise argparse.ArgumentTypeError("a key has letters, digits and signs of ASCII, and no space around them.")
    return text
