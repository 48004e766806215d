"""Node, in which Python runs as in a browser: whether it is there, and programs that run in it."""

import json
import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

from website.browser import own_wheel
from website.browser.tokenizer import wheel as tokenizer

ROOT = Path(__file__).resolve().parents[2]
PYODIDE = Path(os.environ.get("WORKBOOK_PYODIDE", ROOT / "website" / "node_modules" / "pyodide"))
WHEELS = Path(os.environ.get("WORKBOOK_WHEELS", ROOT / "website" / "wheels"))
PROGRAMS = Path(__file__).with_name("in_node")
STARTERS = sorted((ROOT / "tests" / "challenges").glob("[0-9]*/starter.py"))
SECONDS = 1_200  # for all of a process, however busy the machine is
OURS = ("chat_memory_workbook-", "tiktoken-")  # wheels that are made here, from what is here


def has_node() -> bool:
    return shutil.which("node") is not None


def missing() -> str:
    """Why nothing can be run, in a sentence; "" where it can."""
    if not has_node():
        return "Node is not here: what runs in a browser was not tried."
    if not (PYODIDE / "pyodide.mjs").is_file() or not any(WHEELS.glob("*.whl")):
        return "Pyodide and its wheels are not here: python3 -m website.for_node fetches them."
    return ""


@cache
def _waiting() -> list[str]:
    """What lets Python wait for an answer of JavaScript's: before version 22 it cannot, from 25 on it always can."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return ["--experimental-wasm-jspi"] if 22 <= int(version.lstrip("v").partition(".")[0]) < 25 else []


class Run:
    """Programs that run one after the other in a process of Node."""

    def __init__(self, folder: Path, programs: list[str], **job: Any) -> None:
        made = {own_wheel.write(folder), tokenizer.write(folder)}
        wheels = {path for path in WHEELS.glob("*.whl") if not path.name.startswith(OURS)} | made
        work = {f"work/{path.parent.name}.py": path.read_text(encoding="utf-8") for path in STARTERS}
        job |= {
            "wheels": sorted(map(str, wheels)),
            "files": work | {"lessons/01_stateless_calls.ipynb": "{}"},  # by which a workbook is known
            "programs": [str(PROGRAMS / f"{program}.py") for program in programs],
            "answer": str(folder / "answer.json"),
        }
        path, self._answer, self._said = folder / "job.json", folder / "answer.json", folder / "said.txt"
        path.write_text(json.dumps(job), encoding="utf-8")
        self._end = time.monotonic() + SECONDS
        command = ["node", *_waiting(), str(PROGRAMS / "run.mjs"), str(PYODIDE), str(path)]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def answers(self) -> list[Any]:
        """What the programs have returned, when they are done; a process that does not end is ended."""
        try:
            code = self._process.wait(max(0.0, self._end - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.stop()
            code = self._process.returncode
        said = self._said.read_text(encoding="utf-8", errors="replace")
        assert code == 0, f"Node ended with {code}: {said[-3000:]}"
        return json.loads(self._answer.read_text(encoding="utf-8"))

    def stop(self) -> None:
        """End it, if it still runs."""
        self._process.kill()
        self._process.wait()
