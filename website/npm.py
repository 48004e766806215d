"""What npm brings, as package-lock.json pins it: the Python that runs in browsers, and the checker of accessibility."""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def is_here() -> bool:
    """Whether npm and Node can be called."""
    return bool(shutil.which("npm") and shutil.which("node"))


def fetch() -> int:
    """Install the packages, unless they are there as the lock says; return npm's exit code, which has said what failed."""
    wanted, there = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if there.is_file() and there.stat().st_mtime >= wanted.stat().st_mtime:
        return 0
    print("The packages from npm …", flush=True)
    npm = shutil.which("npm") or "npm"
    command = [npm, "ci", "--prefix", str(HERE), "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
    return subprocess.run(command, cwd=HERE).returncode
