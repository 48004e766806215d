"""Starts the server: `python -m mock_model.over_http --port 8000`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from mock_model.over_http.application import application
from mock_model.over_http.users import Users


def main() -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(prog="serve", description="The offline model as an OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=8000, help="0: a free one (default: 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets in others than this machine")
    parser.add_argument("--window", type=int, help="the context window of every model, in tokens")
    parser.add_argument("--api-key", help="accept this key only (without it, any)")
    options = parser.parse_args()
    users = Users(options.api_key, context_window=options.window)
    try:
        asyncio.run(serve(users, options.host, options.port))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


async def serve(users: Users, host: str, port: int) -> None:
    """Answer until the program is told to end."""
    sockets = bind_sockets(port, host)
    server = HTTPServer(application(users))
    server.add_sockets(sockets)
    print(f"The offline model answers at http://{host}:{sockets[0].getsockname()[1]}/v1", flush=True)
    ended = asyncio.Event()
    with contextlib.suppress(NotImplementedError, AttributeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
