"""What the suite needs to run lessons and checkers in Node as a browser does: npm's Pyodide, and the wheels.

Run it with any Python that is new enough: python3 -m website.for_node. What is there already is not fetched again.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from set_up.environment import TESTS

HERE = Path(__file__).resolve().parent
COLLECT = "import pathlib, sys; from website.browser import parts; parts.collect(pathlib.Path(sys.argv[1]))"


def main() -> int:
    """Fetch both; the exit code says whether both are there."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        print("Node is not here: what runs in a browser will not be tried.")
        return 0
    TESTS.set_up()
    print("Node is here: Pyodide and its wheels are fetched, so that lessons and checkers run in it too.", flush=True)
    wanted, there = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not there.is_file() or there.stat().st_mtime < wanted.stat().st_mtime:
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--prefix", str(HERE)])
        if done.returncode:
            return done.returncode
    return TESTS.run("-c", COLLECT, HERE / "wheels")


if __name__ == "__main__":
    sys.exit(main())
