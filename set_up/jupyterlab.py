"""JupyterLab in the workbook's environment: started with a lesson, announced, and ended with Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

from . import running_jupyterlab
from .environment import OWN
from .processes import APART, ROOT, WINDOWS, Quiet, say, start_quietly, stop, wait_for


def open_lesson(lesson: Path, ip: str, no_browser: bool, settings: dict[str, str] | None = None) -> int:
    """Open a lesson in the server that runs already, else keep a new one running until Ctrl-C; return the exit code.

    `settings` are more for the environment of a new one: what runs already has its own.
    """
    running = running_jupyterlab.find()
    if running:
        announce(lesson, running_jupyterlab.address_of(lesson, running), no_browser)
        model = f", with {running['model']} to answer" if running.get("model") else ""
        say(f"JupyterLab was running already{model}: stop it with Ctrl-C in the terminal where it was started.")
        return 0
    say("Starting JupyterLab ...")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server, lines, reader = start_server(Path(folder), ip, settings or {})
        try:
            address = wait_for_address(server, Path(folder), lesson, (settings or {}).get("OPENAI_MODEL", ""))
            if address:
                announce(lesson, address, no_browser)
                say("Stop with Ctrl-C in this terminal; what you have saved stays. Go on with the same command.")
                if wait_for(server) == 0:
                    say("JupyterLab was shut down from its menu.")
                    return 0
        finally:
            stop(server)
            running_jupyterlab.forget()
    reader.join(timeout=5)
    advice = "JupyterLab stopped by itself: read its last lines, delete the folder .venv and run this command again."
    sys.exit("\n    ".join([advice, *list(lines)[-8:]]))


def start_server(folder: Path, ip: str, more: dict[str, str]) -> Quiet:
    """Start JupyterLab, which notes its address in this folder and reads there that it should not ask about news."""
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (folder / "overrides.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [
        str(OWN.python),
        "-m",
        "jupyterlab",
        "--no-browser",
        "--ip=" + ip,
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.app_settings_dir={folder}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    # Apart, because it would answer Ctrl-C with a question.
    return start_quietly(command, OWN.working_variables(JUPYTER_RUNTIME_DIR=str(folder), **more), **APART)


def wait_for_address(
    server: subprocess.Popen[str], folder: Path, lesson: Path, model: str, seconds: float = 120
) -> str:
    """Wait until the server notes where it listens; return the lesson's address, "" if it ends or takes too long.

    `model` is noted with it, where the settings are not those of every `start`.
    """
    deadline = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < deadline:
        for note in folder.glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):  # not yet written to its end
                told = json.loads(note.read_text(encoding="utf-8"))
                running_jupyterlab.remember({**told, "model": model})
                return running_jupyterlab.address_of(lesson, told)
        time.sleep(0.1)
    return ""


def announce(lesson: Path, address: str, no_browser: bool) -> None:
    """Open the lesson in a browser where there is one, and say where it is."""
    screen = WINDOWS or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opened = bool(screen) and not no_browser and webbrowser.open(address)
    say(
        f"{lesson.name} is open in your browser; should you not see it, open this address:"
        if opened
        else f"Open {lesson.name} in a browser, at this address:"
    )
    say(f"\n    {address}\n")
