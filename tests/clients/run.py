"""The command clients: other people's libraries, each in an environment of its own, on the offline model's server.

Run it with: clients [NAME …] [--json] [--write] [--check NAME] [--at URL].
Exit codes: 0 where nothing failed, 1 where something did, 2 where it cannot be done.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if __name__ == "__main__":  # run by its path: what is used is this copy of the workbook, whichever is installed
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from set_up.processes import say
from tests.clients.client import Client, LeftOut, clients, why_not_installed
from tests.clients.program import Result, Run, run_program
from tests.clients.server import NoServer, serving
from tests.clients.table import MARKS, in_a_terminal, in_markdown, summary

PAGE = Path(__file__).with_name("readme.md")
INSTALLED = "is installed"  # the name of what fails where that failed


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for; a name that no client has ends the program."""
    parser = argparse.ArgumentParser(prog="clients", description=__doc__.partition("\n")[0], allow_abbrev=False)
    there = clients()
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join(there)}")
    parser.add_argument("--json", action="store_true", help="print the results for a program")
    parser.add_argument("--write", action="store_true", help=f"write the table to {PAGE.parent.name}/{PAGE.name}")
    parser.add_argument("--check", action="append", default=[], metavar="NAME", help="only this check, such as chat")
    parser.add_argument("--at", metavar="URL", help="another server, whose address ends in /v1")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1) or [", ".join(there)]
            parser.error(f"there is no client {name}: try {near[0]}")
    if options.write and (options.names or options.check):
        parser.error("--write writes the whole table: leave the names out")
    return options


def run_client(client: Client, address: str, checks: Sequence[str]) -> Run:
    """Install a client if need be, and run its program. Raises LeftOut."""
    try:
        command, folder = client.prepare()
    except SystemExit as ending:
        return Run([Result(INSTALLED, "failed", why_not_installed(ending))], 0, [])
    run = run_program([*command, *checks], folder, client.variables(address))
    return run._replace(
        results=[result for result in run.results if result.result == "failed" or not checks or result.check in checks]
    )


def tell(name: str, run: Run) -> None:
    """What came of one client, at once."""
    say(f"{name:<18}{summary(run.results)}  {run.seconds:5.0f} s")
    for result in run.results:
        if result.result == "failed":
            say(f"    {MARKS['failed']} {result.check}: {result.said}")


@contextlib.contextmanager
def server_of(options: argparse.Namespace) -> Iterator[str]:
    """The address of the server that was asked for, or of one that is started for this run."""
    if options.at:
        yield options.at.rstrip("/")
        return
    with serving() as address:
        yield address


def run_all(options: argparse.Namespace) -> tuple[dict[str, Run], dict[str, str]]:
    """Run the clients that were asked for; what came of each, and why others were left out. Raises NoServer."""
    there, runs, left_out = clients(), {}, {}
    names = list(dict.fromkeys(options.names)) or list(there)
    with server_of(options) as address:
        for name in names:
            try:
                runs[name] = run_client(there[name], address, options.check)
                tell(name, runs[name])
            except LeftOut as why:
                left_out[name] = str(why)
                say(f"{name:<18}left out: {why}")
    return runs, left_out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the clients that were asked for, and print the table; return the exit code."""
    options = read_arguments(arguments)
    try:
        with contextlib.redirect_stdout(sys.stderr if options.json else sys.stdout):
            runs, left_out = run_all(options)
    except NoServer as problem:
        print(problem, file=sys.stderr)
        return 2
    outcomes = {name: run.results for name, run in runs.items()}
    if options.json:
        said = {
            name: {"seconds": round(run.seconds, 1), "checks": [result._asdict() for result in run.results]}
            for name, run in runs.items()
        }
        say(json.dumps({"clients": said, "left_out": left_out}, indent=1))
    elif outcomes:
        say("\n" + in_a_terminal(outcomes))
    if options.write:
        PAGE.write_text(in_markdown(outcomes, {name: clients()[name].pins() for name in outcomes}), encoding="utf-8")
        say(f"\nWritten: {PAGE.parent.parent.name}/{PAGE.parent.name}/{PAGE.name}")
    failed = any(result.result == "failed" for results in outcomes.values() for result in results)
    return int(failed or not outcomes or any(name in left_out for name in options.names))


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
