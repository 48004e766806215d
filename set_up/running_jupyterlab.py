"""A note on the JupyterLab that runs in this folder, so that a second `start` finds it and needs none of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from .processes import ROOT

NOTE = ROOT / ".jupyterlab.json"  # not in an environment, which can serve other folders as well


def find() -> dict[str, Any]:
    """Return what the server that another `start` of this folder runs has noted about itself; {} where none answers."""
    try:
        told = json.loads(NOTE.read_text(encoding="utf-8"))
        # Only our own server takes its token, should another program listen there by now.
        asked = urllib.request.Request(base_address(told) + "api/status?token=" + told["token"])
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with no_proxy.open(asked, timeout=5) as answer:
            return told if "started" in json.loads(answer.read().decode("utf-8")) else {}
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return {}


def remember(told: dict[str, Any]) -> None:
    """Note where the server is, for the next `start`; its token lets in, so that nobody else may read it."""
    if find():
        return  # two were started at the same moment: the other one is noted
    with contextlib.suppress(OSError):
        NOTE.unlink(missing_ok=True)
        handle = os.open(str(NOTE), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)


def forget() -> None:
    """Take the note away, unless it is of another server that runs still."""
    with contextlib.suppress(OSError):
        if NOTE.is_file() and not find():
            NOTE.unlink(missing_ok=True)


def base_address(told: dict[str, Any]) -> str:
    """Return the address of a server, from what it has noted about itself."""
    return f"{'https' if told['secure'] else 'http'}://127.0.0.1:{told['port']}{told['base_url']}"


def address_of(lesson: Path, told: dict[str, Any]) -> str:
    """Return the address at which a server opens a lesson."""
    path = urllib.parse.quote(lesson.relative_to(ROOT).as_posix())
    return f"{base_address(told)}lab/tree/{path}?token={told['token']}"
