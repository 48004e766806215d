"""Opens a built site in the browser: it hands out the files of a folder, to this machine alone, until Ctrl-C.

A copy of this file lies in the site's folder, which can be copied to any machine with Python: python3 open_here.py
"""

from __future__ import annotations

import argparse
import http
import pathlib
import sys
import threading
import webbrowser
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# The same at each start: a browser keeps what somebody wrote for one address, of which the port is a part.
PORT = 8619
# Browsers refuse a module or WebAssembly under another type, and what Windows says of them depends on what was installed.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".ipynb": "application/json",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}


class Files(SimpleHTTPRequestHandler):
    """The files below one folder, and nothing else: no list of a folder, and nothing that a link in it leads out to."""

    extensions_map = {**TYPES, "": "application/octet-stream"}

    def send_head(self) -> Any:
        root = pathlib.Path(self.directory).resolve()
        try:
            place = pathlib.Path(self.translate_path(self.path)).resolve()
        except (OSError, ValueError, RuntimeError):  # no name of a file, or a link that leads to itself
            place = root.parent
        if place != root and root not in place.parents:
            self.send_error(http.HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        self.send_error(http.HTTPStatus.NOT_FOUND)

    def guess_type(self, path: Any) -> str:
        return self.extensions_map.get(pathlib.Path(path).suffix.lower(), "application/octet-stream")

    def end_headers(self) -> None:
        self.send_header(
            "Cache-Control", "no-cache"
        )  # ask whether it has changed: a site that is built anew is seen at once
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of each file."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it lets two servers have the same port

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""


def server(folder: pathlib.Path, port: int = 0) -> Server:
    """A server of this folder on 127.0.0.1; with port 0 on any that is free. Raises OSError where it cannot have the port."""
    return Server(("127.0.0.1", port), partial(Files, directory=str(folder)))


def serve(folder: pathlib.Path, port: int = PORT, browser: bool = True) -> None:
    """Hand out a folder until Ctrl-C, at the port or, where it is taken, at another."""
    try:
        handing_out = server(folder, port)
    except OSError:
        handing_out = server(folder)
        print(
            f"Port {port} is taken, by another program or by a site that is open already. This is another address: what you "
            "wrote at the other one is not seen here."
        )
    address = f"http://127.0.0.1:{handing_out.server_port}/"
    print(f"The workbook is at {address} until you press Ctrl-C here.", flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        handing_out.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        handing_out.server_close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Hand out the folder in which this file is."""
    parser = argparse.ArgumentParser(description="Open the workbook's site in the browser.")
    parser.add_argument("--port", type=int, default=PORT, help="where (default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(arguments)
    serve(pathlib.Path(__file__).resolve().parent, options.port, not options.no_browser)


if __name__ == "__main__":
    main()
