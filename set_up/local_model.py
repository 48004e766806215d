"""A real, very small model on this machine, without key or account: started on a free port, and ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from .environment import LOCAL
from .processes import APART, ROOT, start_quietly, stop

NAME = "smollm2-135m-instruct"
PROGRAM = ROOT / "tests" / "contract" / "local" / "serve.py"


@contextlib.contextmanager
def local_model(seconds: float = 120) -> Iterator[dict[str, str]]:
    """Let the model answer; give the settings by which a program finds it. It ends with the `with`, or with this process.

    Sets up its environment where that is not done yet. Leaves with a sentence where it does not answer within `seconds`.
    """
    LOCAL.set_up()
    words = f"Starting {NAME}, a real and very small model: it understands little, and makes things up."
    print(words, file=sys.stderr, flush=True)  # what a program prints for another one stays alone
    command = [str(LOCAL.python), str(PROGRAM), NAME]
    process, lines, reader = start_quietly(command, LOCAL.working_variables(), **APART, stdin=subprocess.PIPE)
    try:
        deadline = time.monotonic() + seconds
        address = None
        while address is None and process.poll() is None and time.monotonic() < deadline:
            address = next((line.rstrip("/") for line in list(lines) if line.startswith("http")), None)
            time.sleep(0.05)
        if address is None:
            stop(process)
            reader.join(timeout=5)
            advice = "The small model did not start: read its last lines, delete the folder .venv-local and try again."
            sys.exit("\n    ".join([advice, *list(lines)[-8:]]))
        yield settings_for(f"{address}/v1")
    finally:
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.close()  # it ends by itself where its input ends
        stop(process, patience=2)


def settings_for(address: str) -> dict[str, str]:
    """The environment in which a program of the workbook asks the model there, whatever .env says. No key leaves it."""
    return {
        "OPENAI_BASE_URL": address,
        "OPENAI_MODEL": NAME,
        "OPENAI_API_KEY": "none-needed",
        "WORKBOOK_OFFLINE": "0",
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1"))),
    }
