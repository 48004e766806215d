"""Run in Pyodide: a learner's files, one after the other, are checked in place; what became of each comes back."""

import contextlib
import io
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

WORK = Path("/drive/work")
SECONDS = 2.0  # that a call may compute: a loop that never ends is to be stopped, and not to be long
FEW = 4  # conversations that Hypothesis makes up: it is the way to check that is tried here, not the criteria


async def run(job):
    """The result of each check of the job: quick, or as `common.check` prints it; and what was left behind."""
    began = time.perf_counter()
    from hypothesis import settings

    import common
    from tests.challenges.engine import time_limit
    from tests.challenges.engine.in_place import Checker

    time_limit.SECONDS = SECONDS
    really = settings.register_profile
    type.__setattr__(  # which hypothesis forbids: nobody else is here
        settings, "register_profile", lambda name, **options: really(name, **options | {"max_examples": FEW})
    )
    print(f"common and the checkers: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    done = []
    for name, source, call in json.loads(job)["checks"]:
        began, before = time.perf_counter(), state(common)
        (WORK / f"{name}.py").write_text(source, encoding="utf-8")
        if call:
            with contextlib.redirect_stdout(io.StringIO()) as said:
                eval(call, vars(common))
            found = {"said": said.getvalue()}
        else:
            result = Checker(name, WORK, "--quick").result()
            found = {"outcome": result.outcome, "not_here": result.not_here, "unmet": None}
            if result.first_unmet:
                found["unmet"] = asdict(result.first_unmet)
        done.append({**found, "seconds": time.perf_counter() - began, "left": state(common) != before})
        print(f"{name} {call}: {done[-1]['seconds']:.1f} s", file=sys.stderr)
    return json.dumps(done)


def state(common):
    ours = sys.modules.get("common") is common
    return dict(os.environ), os.getcwd(), [*sys.path], [*sys.argv], repr(sys.stdout), ours
