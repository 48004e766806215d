"""A lesson on a server is run to its end, and what came of each cell is said."""

from pathlib import Path

import pytest

from . import on_a_server
from .faultless_lesson import SOUND, code, write

ASK = """\
from common import MODEL, get_client

client = get_client()
for _ in range(3):
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello"}])"""
ASYNC = """\
from common import get_async_client

answer = await get_async_client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello"}])"""
OFFLINE = """\
from common import offline_server

offline_server().client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello"}])
print(__import__("os").getcwd())"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch):
    """Run a lesson with these cells; how it ran, and the notebook that is kept of it."""

    def run(*cells, **options):
        path = write(tmp_path / "lessons" / "02_loops.ipynb", list(cells))
        before = path.read_bytes()
        monkeypatch.setattr(on_a_server, "LESSONS", [path])
        [ran] = on_a_server.run(keep=tmp_path / "kept", **options)
        assert path.read_bytes() == before, "the lesson itself stays as it is"
        return ran, (tmp_path / "kept" / path.name).read_text(encoding="utf-8")

    return run


def test_cells_are_run_in_a_folder_of_their_own_and_requests_to_the_model_counted(run, tmp_path):
    ran, kept = run(SOUND[0], code(ASK), code(ASYNC), code(OFFLINE))
    assert (ran.cells, ran.requests, ran.failed) == (3, 4, [])
    assert "4 requests" in str(ran)
    assert str(tmp_path) not in kept
    assert on_a_server.NOTED not in kept, "what counts is no part of what is kept"


def test_a_cell_that_fails_is_named_and_the_lesson_goes_on(run):
    ran, kept = run(code("1 / 0"), code("int('x')", "", "raises-exception"), code("print('the end')"))
    assert ran.failed == [(1, "ZeroDivisionError: division by zero")]
    assert "cell 1: ZeroDivisionError" in str(ran)
    assert "the end\\n" in kept


def test_a_cell_that_takes_too_long_is_interrupted(run):
    ran, kept = run(code("import time\n\ntime.sleep(60)"), code("print('the end')"), patience=1)
    assert [number for number, _ in ran.failed] == [1]
    assert "the end\\n" in kept


def test_a_kernel_that_dies_ends_the_lesson_and_not_the_program(run):
    ran, _ = run(code("import os\n\nos._exit(1)"), code("print('the end')"))
    assert ran.failed == [(1, "the kernel died")]


def test_only_the_lessons_asked_for_are_run(tmp_path, monkeypatch):
    paths = [write(tmp_path / f"0{n}_x.ipynb", [code("pass")]) for n in (1, 2, 3)]
    monkeypatch.setattr(on_a_server, "LESSONS", paths)
    assert [ran.lesson for ran in on_a_server.run([3, 1])] == ["01_x", "03_x"]
