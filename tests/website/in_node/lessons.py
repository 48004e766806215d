"""Run in Pyodide: lessons, cell by cell, as a notebook's kernel runs them; and what each cell has put out."""

import gc
import io
import json
import os
import sys
import time

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

OURS = ("common", "chat_memory", "mock_model", "set_up")
outputs = []  # of the cell that runs, as a notebook stores them


class Stream(io.TextIOBase):
    """Standard output or error, into the outputs."""

    def __init__(self, name):
        self._name = name

    def write(self, text):
        if outputs and outputs[-1].get("name") == self._name:
            outputs[-1]["text"] += text
        elif text:
            outputs.append({"output_type": "stream", "name": self._name, "text": text})
        return len(text)


class Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, **_):
        outputs.append({"output_type": "display_data", "data": data})


class Hook(DisplayHook):
    def start_displayhook(self):
        pass

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        outputs.append({"output_type": "execute_result", "data": format_dict})

    def finish_displayhook(self):
        pass


class Shell(InteractiveShell):
    """One that keeps what comes, in place of showing it."""

    displayhook_class, display_pub_class = Hook, Publisher

    def _showtraceback(self, etype, evalue, stb):
        outputs.append({"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": stb})


async def run(job):
    """The outputs of each code cell of each lesson of the job, and the seconds that each lesson took."""
    done = {}
    for name, cells in json.loads(job)["lessons"].items():
        for module in [module for module in sys.modules if module.partition(".")[0] in OURS]:
            del sys.modules[module]
        os.chdir("/drive/lessons")
        Shell.clear_instance()
        shell = Shell.instance(colors="nocolor")
        began, found, seconds = time.perf_counter(), [], []
        for source in cells:
            cell_began = time.perf_counter()
            outputs.clear()
            streams, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), Stream("stdout"), Stream("stderr")
            try:
                await shell.run_cell_async(source, store_history=True, transformed_cell=shell.transform_cell(source))
            finally:
                sys.stdout, sys.stderr = streams
            found.append([*outputs])
            seconds.append(time.perf_counter() - cell_began)
        done[name] = {"outputs": found, "seconds": seconds}
        gc.collect()
        print(f"{name}: {time.perf_counter() - began:.1f} s, first cell {seconds[0]:.1f}", file=sys.stderr)
    return json.dumps(done)
