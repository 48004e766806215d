"""Serves until it is told to end: `python -m mock_model.over_http --port 8000`, or `serve` of workbook.py."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Sequence

import httpx2
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from mock_model.over_http import log
from mock_model.over_http.application import application
from mock_model.over_http.handling import State
from mock_model.over_http.journal import Journal
from mock_model.over_http.options import read
from mock_model.over_http.users import Settings, Users
from mock_model.server import BASE_URL, MockServer

INTERRUPTED, ENDED = 130, 143  # exit codes: by Ctrl-C, by another program
EVERYWHERE = ("0.0.0.0", "::")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C; return the exit code. Says in a sentence what it cannot do."""
    options = read(arguments)
    try:
        journal = Journal(options.journal) if options.journal else None
    except OSError as error:
        sys.exit(f"serve: the journal {options.journal} cannot be written to: {error.strerror}.")
    if journal:
        log.say(f"What each request holds is appended to {options.journal}.")
    log.quiet_tornado()
    state = State(Users(settings_of(options), options.api_key), journal)
    try:
        asyncio.run(serve(state, bound(options.host, options.port), options.host))
        code = ENDED
    except KeyboardInterrupt:
        code = INTERRUPTED
    log.say(f"\nThe offline model has answered {state.answered} request{'s' * (state.answered != 1)}.")
    if journal:
        journal.close()
    return code


def settings_of(options: argparse.Namespace) -> Settings:
    """What holds for every key, from the options."""
    return Settings(
        window=options.window,
        any_model=options.any_model,
        pace=options.pace,
        first_token_delay=options.first_token_delay,
        seed_failures=options.seed_failures,
        failure_rate=options.failure_rate,
    )


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen there; ends the program with a sentence where they cannot."""
    try:
        return bind_sockets(port, host)
    except socket.gaierror:
        sys.exit(f"serve: nothing is known of a host {host!r}: 127.0.0.1 is this machine, 0.0.0.0 every way to it.")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"serve: another program listens at port {port}: choose another, or --port 0 for a free one.")
        if error.errno == errno.EADDRNOTAVAIL:
            sys.exit(f"serve: {host} is no address of this machine: 127.0.0.1 is, and 0.0.0.0 is every one it has.")
        sys.exit(f"serve: it cannot listen at {host}, port {port}: {error.strerror}.")


async def serve(state: State, sockets: list[socket.socket], host: str) -> None:
    """Answer until the program is told to end; the first line says where."""
    server = HTTPServer(application(state), max_body_size=2**50)
    server.add_sockets(sockets)
    ended = asyncio.Event()
    with contextlib.suppress(NotImplementedError, AttributeError):  # on Windows such an end comes without a word
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    warm_up()
    announce(host, sockets[0].getsockname()[1])
    try:
        await ended.wait()
    finally:
        server.stop()
        await server.close_all_connections()


def warm_up() -> None:
    """Load what a first request would have to wait for: vocabularies and word lists."""
    said = {"model": "offline-model", "messages": [{"role": "user", "content": "My name is Ana. What is my name?"}]}
    headers = {"authorization": "Bearer nobody"}
    MockServer().handle(httpx2.Request("POST", f"{BASE_URL}/chat/completions", headers=headers, json=said))
    gc.collect()
    gc.freeze()  # what is loaded stays: the collector need not go through it again and again


def announce(host: str, port: int) -> None:
    """Print where the model answers, and how to stop it."""
    shown = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    print(f"The offline model answers at http://{shown}:{port}/v1")
    everywhere = " It can be reached at every address of this machine." if host in EVERYWHERE else ""
    print(
        f"Each API key has a state of its own. Control: http://{shown}:{port}/offline/.{everywhere} Ctrl-C ends it.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
