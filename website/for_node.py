"""What the suite needs to run lessons and checkers in Node as a browser does: npm's Pyodide, and the wheels.

Run it with any Python that is new enough: python3 -m website.for_node. What is there already is not fetched again.
"""

import sys
from pathlib import Path

from set_up.environment import TESTS
from website import npm

HERE = Path(__file__).resolve().parent
COLLECT = "import pathlib, sys; from website.browser import parts; parts.collect(pathlib.Path(sys.argv[1]))"


def main() -> int:
    """Fetch both; the exit code says whether both are there."""
    if not npm.is_here():
        print("Node is not here: what runs in a browser will not be tried.")
        return 0
    TESTS.set_up()
    print("Node is here: Pyodide and its wheels are fetched, so that lessons and checkers run in it too.", flush=True)
    if code := npm.fetch():
        return code
    return TESTS.run("-c", COLLECT, HERE / "wheels")


if __name__ == "__main__":
    sys.exit(main())
