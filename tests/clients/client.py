"""A client: a folder with a program, what it needs, and how both are made ready to run."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from mock_model.api.vocabulary import prepare as prepare_vocabularies
from set_up.environment import Environment
from set_up.installer_failures import explain
from set_up.processes import ROOT, run_with_progress, say

HERE = Path(__file__).parent
INSTALLED = ROOT / ".venv-clients"
NEEDS = {"client.py": (), "client.mjs": ("node", "npm"), "client.sh": ("sh", "curl")}  # programs of the machine


class LeftOut(Exception):
    """A client that cannot be run on this machine; the message says what it needs."""


class Client(NamedTuple):
    """A client by its name, which is that of its folder."""

    name: str
    program: Path

    @property
    def environment(self) -> Environment:
        """The Python environment of its own; a client in another language has none."""
        return Environment(INSTALLED / self.name, (f"tests/clients/{self.name}/requirements.txt",))

    def pins(self) -> list[str]:
        """What is installed by name, with its version."""
        requirements, package = self.program.parent / "requirements.txt", self.program.parent / "package.json"
        if requirements.is_file():
            return re.findall(r"^[\w.\[\],-]+==[\w.]+", requirements.read_text(encoding="utf-8"), re.M)
        if package.is_file():
            wanted = json.loads(package.read_text(encoding="utf-8")).get("dependencies", {})
            return [f"{name}=={version}" for name, version in wanted.items()]
        return []

    def prepare(self) -> tuple[list[str], Path]:
        """Install what it needs, unless that is done; return the command that runs it, and in which folder.

        Raises LeftOut where the machine lacks a program, SystemExit where an installer fails.
        """
        missing = [program for program in NEEDS[self.program.name] if not shutil.which(program)]
        if missing:
            raise LeftOut(f"{self.name} needs {' and '.join(missing)} on this machine.")
        if self.program.suffix == ".py":
            self.environment.set_up()
            return [str(self.environment.python), str(self.program)], self.program.parent
        if self.program.suffix == ".mjs":
            return ["node", self.program.name], self.install_packages()
        return ["sh", str(self.program)], self.program.parent

    def install_packages(self) -> Path:
        """Install the packages of a client for Node; return the folder, to which its program is copied."""
        folder = INSTALLED / self.name
        folder.mkdir(parents=True, exist_ok=True)
        for path in [
            *HERE.glob("*.mjs"),
            *self.program.parent.glob("*.mjs"),
        ]:  # modules are looked up from where they lie
            shutil.copy(path, folder)
        lock = self.program.parent / "package-lock.json"
        done = folder / "package-lock.json"
        if (folder / "installed").is_file() and done.read_bytes() == lock.read_bytes():
            return folder
        (folder / "installed").unlink(missing_ok=True)
        for path in (lock, self.program.parent / "package.json"):
            shutil.copy(path, folder)
        say(f"Setting up {folder.relative_to(ROOT).as_posix()}: once, for some seconds.")
        npm = shutil.which("npm") or "npm"
        command = [npm, "ci", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
        code, lines = run_with_progress("1/1 installing the packages with npm", command, dict(os.environ))
        if code:
            sys.exit(explain(lines, folder))
        (folder / "installed").touch()
        return folder

    def variables(self, address: str) -> dict[str, str]:
        """The environment variables of its program: where the server is, and nothing that leads elsewhere."""
        kept = {name: value for name, value in self.environment.variables().items() if not is_a_setting(name)}
        if vocabularies := prepare_vocabularies():
            kept["TIKTOKEN_CACHE_DIR"] = str(vocabularies)
        path = os.pathsep.join([str(HERE), *([kept["PYTHONPATH"]] if "PYTHONPATH" in kept else [])])
        server = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": f"offline-{self.name}"}
        control = {"OFFLINE_CONTROL": address.removesuffix("/v1") + "/offline"}
        return (
            kept
            | server
            | control
            | {"PYTHONPATH": path, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        )


def is_a_setting(name: str) -> bool:
    """Whether a variable says which model a client asks, or whom it tells about it."""
    return name.upper().startswith(("OPENAI_", "AZURE_", "LANGCHAIN_", "LANGSMITH_", "OFFLINE_", "LITELLM_"))


def clients() -> dict[str, Client]:
    """Every client, by name."""
    found = {}
    for path in sorted(HERE.glob("*/client.*")):
        if path.name in NEEDS:
            found[path.parent.name] = Client(path.parent.name, path)
    return found


def why_not_installed(ending: SystemExit) -> str:
    """What an installer's failure says, in one line."""
    return " ".join(str(ending.code).split("\n(The whole log")[0].split())
