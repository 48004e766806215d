"""The command verify: what the lessons claim of every chat API, held against the one that .env names.

✓ it is so · ✗ it is not so, and a lesson rests on it · – not offered, not seen, or different as the lessons say.
Exit codes: 0 where nothing is broken, 1 where something is, 2 where it was not judged, or not to its end.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from set_up.settings.variables import SettingsError

try:
    from common import MODEL, PRICE, SETTINGS, get_client
except SettingsError as problem:  # a sentence for whoever has written the settings
    print(problem, file=sys.stderr)
    sys.exit(2)

from tests.challenges.page import ME
from tests.lessons.notebook import LESSONS
from tests.spending import may_spend

from .criteria import every_criterion
from .judging import BROKEN, Verdict, judge
from .price import in_words, more_at_worst, most, requests_of_all
from .reaching import Unreachable, greet, is_own, knock, window_of
from .report import as_json, line, summary, tell
from .server import Server

ON_LESSONS = "tests.lessons.on_a_server"
GONE = 2  # criteria in a row without any answer: the rest would only wait


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"{ME} verify",
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--local", action="store_true", help="set up a real, very small model on this machine, and ask that")
    add("--yes", action="store_true", help="spend what it costs without being asked")
    add("--json", action="store_true", help="for a program")
    add("--window", type=whole, metavar="TOKENS", help="the model's context window, where the server does not say it")
    add("--timeout", type=seconds, default=60.0, metavar="SECONDS", help="how long to wait for an answer (default: 60)")
    add("--embedding-model", default="text-embedding-3-small", metavar="NAME", help="(default: text-embedding-3-small)")
    add("--lessons", nargs="*", type=whole, metavar="N", help="then run the lessons on it too, or those named")
    options = parser.parse_args(arguments)
    there = sorted({int(path.name[:2]) for path in LESSONS})
    if missing := set(options.lessons or ()) - set(there):
        parser.error(f"There is no lesson {min(missing)}; there are {', '.join(map(str, there))}.")
    return options


def whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0.")
    return int(text)


def seconds(text: str) -> float:
    try:
        if 0 < (found := float(text)) < 86_400:
            return found
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds.")


def reached(options: argparse.Namespace) -> Server | None:
    """The server, once it has answered; None where it may not be paid for. Raises Unreachable where it does not answer."""
    is_remote = not (SETTINGS.offline or is_own(SETTINGS.base_url))
    server = Server(get_client(), MODEL, SETTINGS.limit_parameter, options.embedding_model, is_remote=is_remote)
    server = server.asked_within(options.timeout)
    listed = [] if SETTINGS.offline else knock(server)
    server = server.with_window(options.window or window_of(server, listed))
    expected = requests_of_all()
    if is_remote and options.lessons is not None and not options.yes:
        raise Unreachable(
            "The lessons send hundreds of requests more, whose price is not counted here: add --yes to go on."
        )
    if is_remote:
        money = most(expected, PRICE)
        print(in_words(expected, money, PRICE, server.window), file=sys.stderr)
        if not may_spend(money, options.yes, more_at_worst(PRICE, server.window)):
            return None
    else:
        print(f"About {expected.requests} requests, which cost nothing here.", file=sys.stderr)
    tell("Waiting for a first answer …")
    try:
        return greet(server, listed)
    finally:
        tell("")


def judged(server: Server) -> Iterator[Verdict]:
    """The verdicts, as they come. Raises Unreachable where the server has stopped to answer."""
    gone = 0
    for number, claim in enumerate(every := every_criterion(), start=1):
        tell(f"{number}/{len(every)} {claim.title}")
        try:
            verdict = judge(claim, server)
        finally:
            tell("")
        yield verdict
        gone = gone + 1 if verdict.is_gone else 0
        if gone == GONE and number < len(every):
            raise Unreachable(f"{SETTINGS.place} answers no more: {len(every) - number} claims are not judged.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = read_arguments(arguments)
    verdicts: list[Verdict] = []
    server, code, began = None, 0, time.monotonic()
    try:
        server = reached(options)
        if server is None:
            return 2
        began = time.monotonic()
        for verdict in judged(server):
            verdicts.append(verdict)
            if not options.json:
                print(line(verdict), flush=True)
    except Unreachable as problem:
        print(problem, file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        print("\nWhat came until then:" if verdicts else "", file=sys.stderr)
        code = 130
    if server and verdicts:
        took = time.monotonic() - began
        if options.json:
            about = {"model": server.model, "place": SETTINGS.place, "is_complete": code == 0}
            print(json.dumps(as_json(verdicts, about, server.asked, took), indent=1, ensure_ascii=False))
        else:
            print(summary(verdicts, server.asked, took))
    code = code or int(any(verdict.mark == BROKEN for verdict in verdicts))
    code = code or 2 * int(any(verdict.is_gone for verdict in verdicts))
    if options.lessons is not None and code in (0, 1):
        command = [sys.executable, "-m", ON_LESSONS, *map(str, options.lessons)]
        code = subprocess.run(command, stdout=sys.stderr if options.json else None).returncode or code
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a character that the terminal lacks must not end the program
        stream.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # such as `verify | head`
        sys.stdout, code = None, 1
    sys.exit(code)
