"""The checkers of the challenges, as a plugin of pytest: which file is checked, and what became of each criterion.

With `pytest tests/challenges/04_sliding_window/checker.py` work/04_sliding_window.py is checked; with `--work some.py`
behind it another file, and with several of these several files.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

import pytest
from httpx2 import _urlparse, _urls
from hypothesis import HealthCheck, Phase, settings
from openai import _base_client
from openai._base_client import SyncAPIClient
from openai.resources.chat.completions import Completions

from .engine import drawn_once, files, preconditions, report, time_limit
from .engine.criteria import NotJudgedHere, NotStarted, NotYet, Scene
from .engine.drawn_once import DrawnOnce
from .engine.excerpts import beginning
from .engine.learner_code import Work
from .engine.recording_server import checked_type, plain
from .engine.short_way import shortened

PATCH = pytest.StashKey[pytest.MonkeyPatch]()  # what is changed for the time of a check, and then undone
UNMET = pytest.StashKey[set[Path]]()  # the files of which a criterion has turned out not to be met
DRAWN = pytest.StashKey[DrawnOnce]()  # where many files are checked


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--work", action="append", type=Path, default=[], help="check this file instead; can be repeated")
    parser.addoption("--work-folder", type=Path, default=files.ROOT / "work", help="where the learner's files are")
    what = "as --briefly, and stop at the first unmet criterion"
    parser.addoption("--quick", action="store_true", help=what)
    what = "with a third of the conversations, without a look for the smallest; ask the model the short way"
    parser.addoption("--briefly", action="store_true", help=what)


def pytest_configure(config: pytest.Config) -> None:
    """What is so while a checker runs, and only then."""
    config.stash[UNMET] = set()
    patch = config.stash[PATCH] = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setenv("WORKBOOK_OFFLINE", "1")  # a checker asks the offline model, whatever .env says
    patch.setenv("PYTHONBREAKPOINT", "0")  # a breakpoint() that was left in the code
    patch.setattr(Completions, "create", time_limit.counted_less(Completions.create))
    for name in ("newest", "smallest", "calls"):
        patch.setattr(Scene, name, getattr(Scene, name))
    config.add_cleanup(partial(settings.load_profile, settings.get_current_profile_name()))
    quick, briefly = config.getoption("--quick"), config.getoption("--briefly")
    load_profile(shrink=not (quick or briefly))
    if quick or drawn_once.shared:
        config.stash[DRAWN] = drawn_once.shared or DrawnOnce()
    if quick:
        patch.setattr(preconditions, "HURRY", 2)
        waiting = min(2.0, time_limit.SECONDS_OF_WAITING)  # for mistakes that wait for what cannot come
        patch.setattr(time_limit, "SECONDS_OF_WAITING", waiting)
    if quick or briefly:
        take_the_short_way(patch)


def take_the_short_way(patch: pytest.MonkeyPatch) -> None:
    """Requests to a server in this process take half of the time."""
    for module in ("chat.completions.completions", "responses.responses"):
        patch.setattr(f"openai.resources.{module}.maybe_transform", plain)
    patch.setattr(_base_client, "construct_type", checked_type)
    patch.setattr(SyncAPIClient, "request", shortened(SyncAPIClient.request))
    for module in (_urls, _urlparse):  # the same address, again and again
        patch.setattr(module, "urlparse", cache(module.urlparse))


def load_profile(shrink: bool) -> None:
    """The same conversations each time, so that a result repeats."""
    settings.register_profile(
        "challenges",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=30,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("challenges")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "challenge" in metafunc.fixturenames:
        name = f"{Path(metafunc.module.__file__).parent.name}.py"
        files = [path.resolve() for path in metafunc.config.getoption("--work")] or [
            metafunc.config.getoption("--work-folder") / name
        ]
        metafunc.parametrize("challenge", files, indirect=True, scope="module", ids=[file.stem for file in files])


@pytest.fixture(scope="module")
def challenge(request: pytest.FixtureRequest) -> Work:
    """The learner's file."""
    path = request.param
    return Work(path, path.relative_to(files.ROOT).as_posix() if path.is_relative_to(files.ROOT) else path.name)


def pytest_collection_finish(session: pytest.Session) -> None:
    """A third of the conversations where many files are checked: in the same ones each mistake that is known is found."""
    if session.config.getoption("--quick") or session.config.getoption("--briefly"):
        for test in {item.function for item in session.items}:
            if full := getattr(test, "_hypothesis_internal_use_settings", None):
                fewer = settings(full, max_examples=max(4, full.max_examples // 3))
                session.config.stash[PATCH].setattr(test, "_hypothesis_internal_use_settings", fewer)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    """Make nothing ready for a criterion that will not be judged."""
    if item.config.getoption("--quick") and item.callspec.params.get("challenge") in item.config.stash[UNMET]:
        pytest.skip("a criterion before this one is not met")


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Judge a criterion; returns True where it is done, and pytest need not call it."""
    criterion, arguments = pyfuncitem.function, pyfuncitem.funcargs
    Scene.newest, Scene.smallest = None, not arguments["challenge"].unmet
    drawn = pyfuncitem.config.stash.get(DRAWN, None)
    if drawn is None or not hasattr(criterion, "hypothesis"):
        return None
    drawn.judge(criterion, **{name: arguments[name] for name in pyfuncitem._fixtureinfo.argnames})
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> object:
    """Take what went wrong for the learner as it is: no traceback."""
    outcome = yield
    if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
        return outcome
    problem = report.problem_of(call.excinfo.value)
    if problem is None:
        problem = NotYet(
            "The checker itself went wrong here, which is not your fault.",
            why=beginning(f"{type(call.excinfo.value).__name__}: {call.excinfo.value!s}", 300),
            hints=("Is what you return what the task asks for, down to its parts? If so, please report this.",),
        )
    work = item.funcargs.get("challenge")
    outcome.started, outcome.judged = not isinstance(problem, NotStarted), getattr(problem, "judged", False)
    outcome.here = not isinstance(problem, NotJudgedHere)
    outcome.problem, outcome.hints = str(problem), list(problem.hints)
    outcome.longrepr = report.explained(problem, work.printed if work else "")
    if work and outcome.here:
        work.unmet = outcome.started
        if work.unmet:
            item.config.stash[UNMET].add(work.path)
    return outcome
