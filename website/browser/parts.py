"""The wheels that go into a browser: what lessons and checkers need, what the notebooks' kernel needs, and our own code."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from website.browser import own_wheel
from website.browser.tokenizer import wheel as tokenizer

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# The Python of npm's `pyodide`, as pip names it.
PYTHON = ("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314")
PLATFORM = ("--platform", "pyemscripten_2026_0_wasm32")
EXTENSION = Path("share", "jupyter", "labextensions", "@jupyterlite", "pyodide-kernel-extension", "static", "pypi")
KERNEL = ("ipykernel", "piplite", "pyodide_kernel")  # made for the browser, and brought by jupyterlite-pyodide-kernel


def collect(folder: Path) -> None:
    """Bring all wheels into a folder, made if need be, and take any other wheel out of it.

    What is there already is not fetched again. Raises SystemExit, with pip's own words before it, where one cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = hashes()
    if wanted - {sha256(wheel) for wheel in folder.glob("*.whl")}:
        download(folder)
    for wheel in folder.glob("*.whl"):
        if sha256(wheel) not in wanted:
            wheel.unlink()
    for name in KERNEL:
        for wheel in (Path(sys.prefix) / EXTENSION).glob(f"{name}-*.whl"):
            shutil.copyfile(wheel, folder / wheel.name)
    own_wheel.write(folder)
    tokenizer.write(folder)


def hashes() -> set[str]:
    """The SHA-256 of each wheel that requirements.txt names."""
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", REQUIREMENTS.read_text(encoding="utf-8")))


def download(folder: Path) -> None:
    """Fetch what requirements.txt names, and nothing else, with pip, which holds each wheel against its hash."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    what = ["--only-binary=:all:", *PYTHON, *PLATFORM, "--dest", str(folder), "--requirement", str(REQUIREMENTS)]
    if subprocess.run([*pip, *what]).returncode:
        sys.exit("The packages for the browser could not be fetched: pip says above which, and why.")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
