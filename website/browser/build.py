"""Build JupyterLite with the workbook in it: a folder of files that any web server can hand out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from website.browser import archives, contents, lock, parts

HERE = Path(__file__).parent
PYODIDE = HERE.parent / "node_modules" / "pyodide"
WHEELS = HERE.parent / "wheels"
EXTENSIONS = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
KERNEL = "@jupyterlite/pyodide-kernel-extension"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")  # of npm's package; the rest is for Node, or replaced
LOADER = "workbook.mjs"
APPS = ("lab", "notebooks", "edit", "tree")  # the last three are for small screens
TITLE = "Chat Memory Workbook"
# What the kernel would install at each start; all of it is in the archive.
PRESENT = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
# Nothing asks other servers for news, versions or extensions, and nobody can be let in.
DISABLED = (
    "@jupyterlab/apputils-extension:announcements",
    "@jupyterlab/extensionmanager-extension",
    "@jupyterlab/help-extension:resources",
    "@jupyterlite/notebook-application-extension:logo",
)


def build(folder: Path, offline: bool) -> None:
    """Build it into a folder, anew. Offline it never asks another server for anything.

    Otherwise a cell that imports numpy or matplotlib lets the browser fetch them from Pyodide's own server, and %pip asks
    PyPI. Raises SystemExit, with what happened, where a part of it cannot be had or made.
    """
    parts.collect(WHEELS)
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        (room / "parts").mkdir()
        packages, library = archives.make(WHEELS, PYODIDE, room / "parts")
        contents.write(room / "contents")
        configure(room, offline)
        run_jupyterlite(room)
        runtime = room / "site" / "static" / "pyodide"
        runtime.mkdir(parents=True)
        for path in (packages, library, HERE / LOADER, *(PYODIDE / name for name in CORE)):
            shutil.copyfile(path, runtime / path.name)
        (runtime / lock.FILE).write_text(
            json.dumps(lock.lock(PYODIDE, lock.names_of(WHEELS), offline)), encoding="utf-8"
        )
        (room / "site" / "index.html").write_text(door(), encoding="utf-8", newline="\n")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(room / "site", folder)


def configure(room: Path, offline: bool) -> None:
    """Write what JupyterLite reads: how it is built, what the pages know, and the settings of the editor."""
    site = {
        "appName": TITLE,
        "disabledExtensions": list(DISABLED),
        "contentsStorageName": "chat-memory-workbook",
        "settingsStorageName": "chat-memory-workbook-settings",
        # Which files are open is not kept: else a link to a lesson would show the file that was open last.
        "enableMemoryStorage": True,
        "workspacesStorageDrivers": ["memoryStorageDriver"],
        "litePluginSettings": {f"{KERNEL}:kernel": kernel(offline)},
    }
    dump({"jupyter-lite-schema-version": 0, "jupyter-config-data": site}, room / "jupyter-lite.json")
    made = {
        "apps": list(APPS),
        "contents": [str(room / "contents")],
        "output_dir": str(room / "site"),
        "cache_dir": str(room / "cache"),
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(EXTENSIONS / KERNEL)],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "no_libarchive": True,
    }
    dump({"LiteBuildConfig": made}, room / "jupyter_lite_config.json")
    dump(OVERRIDES, room / "overrides.json")


def kernel(offline: bool) -> dict[str, Any]:
    """The kernel's settings: our loader, and whether %pip may ask PyPI."""
    return {
        "pyodideUrl": f"./static/pyodide/{LOADER}",
        "disablePyPIFallback": offline,
        "loadPyodideOptions": {"packages": list(PRESENT)},
    }


OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def run_jupyterlite(room: Path) -> None:
    """Let JupyterLite build its site. What it says is shown only where it fails."""
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(room)]
    done = subprocess.run(command, cwd=room, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        sys.exit(f"JupyterLite could not be built:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def door() -> str:
    """The page of the folder: it opens the first page of the workbook, in JupyterLab or on a small screen as a notebook."""
    return (HERE / "door.html").read_text(encoding="utf-8")


def dump(what: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(what, indent=2) + "\n", encoding="utf-8")
