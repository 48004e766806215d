"""WORKBOOK_ENVIRONMENT: one installed environment serves many copies of the workbook, and none of them changes it."""

from pathlib import Path

import pytest

from .project import Project, assert_good, assert_one_sentence
from .test_jupyterlab import lab


class Room:
    """Two copies of the workbook, and the place of an environment for both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "for all" / "environment"
        self.copies = []
        for name in ("ana", "ben"):
            (folder / name).mkdir()
            self.copies.append(Project(folder / name))
            self.copies[-1].write(
                "tests/challenges/desk.py", "import os, sys; print(sys.prefix); print(os.environ['PYTHONPATH'])"
            )
        self.variable = {"WORKBOOK_ENVIRONMENT": str(self.folder)}

    def state(self) -> dict[str, tuple[int, int]]:
        """What changes where something in the environment is written, made or taken away."""
        found = {path: path.lstat() for path in [self.folder, *self.folder.rglob("*")]}
        return {str(path): (state.st_mtime_ns, state.st_size) for path, state in found.items()}

    def check(self, project: Project) -> str:
        finished = project.run("check", **self.variable)
        assert (finished.returncode, finished.stderr) == (0, ""), finished.stdout + finished.stderr
        return finished.stdout


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_the_first_copy_makes_it_and_the_second_finds_it_as_it_is(room):
    ana, ben = room.copies
    assert f"Setting up {room.folder}, once" in room.check(ana)
    made = room.state()
    for project in (ben, ana):
        prefix, path = room.check(project).splitlines()
        assert Path(prefix).resolve() == room.folder.resolve()
        assert Path(path).resolve() == project.root.resolve(), "with the code of the copy that one is in"
        assert not project.venv.exists()
    with lab(ben, "--no-browser", **room.variable) as (_, text, _):
        assert "Setting up" not in text
        with lab(ana, "--no-browser", **room.variable) as (_, text, _):
            assert "was running already" not in text, "that of another copy is not this one's"
    assert (ana.calls(), ben.calls()) == (["venv", "pip"], [])
    assert room.state() == made, "not even what Python compiles at the first use"


def test_two_copies_at_once_make_it_once(room):
    both = [copy.begin("check", UV_SECONDS="0.5", **room.variable) for copy in room.copies]
    texts = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], texts
    assert sorted(copy.calls() for copy in room.copies) == [[], ["venv", "pip"]]


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_an_interrupted_one_is_made_anew(room, step):
    ana, ben = room.copies
    assert ana.run("check", UV_FAILS_AT=step, UV_SAYS="it breaks", **room.variable).returncode == 1
    assert "Setting up" in room.check(ben)


def test_one_for_other_packages_is_refused_and_left_as_it_is(room):
    ana, ben = room.copies
    room.check(ana)
    made = room.state()
    ben.write("pyproject.toml", "# only a newer version of the workbook's own code\n")
    assert "Setting up" not in room.check(ben)
    ben.write("constraints.txt", "# a newer package\n")
    finished = ben.run("check", **room.variable)
    assert_one_sentence(
        finished, str(room.folder), "another version of the workbook", "git pull", "WORKBOOK_ENVIRONMENT"
    )
    assert room.state() == made
    assert ben.run("check").returncode == 0 and ben.venv.exists(), "without the variable it makes its own"


def test_one_that_does_not_run_here_is_refused(room):
    ana, ben = room.copies
    room.check(ana)
    (room.folder / "pyvenv.cfg").unlink()
    assert_one_sentence(ben.run("check", **room.variable), "does not run on this machine")


def test_a_folder_that_is_something_else_is_left_alone(room):
    room.folder.mkdir(parents=True)
    (room.folder / "thesis.txt").write_text("mine", encoding="utf-8")
    assert_one_sentence(room.copies[0].run("start", **room.variable), "is no environment of the workbook")
    assert [path.name for path in room.folder.iterdir()] == ["thesis.txt"]
    (room.folder / "thesis.txt").unlink()
    assert "Setting up" in room.check(room.copies[0]), "an empty one is filled"


def test_the_tests_have_the_copys_own(room):
    ana = room.copies[0]
    room.check(ana)
    made = room.state()
    assert Path(assert_good(ana.run("test", **room.variable))["prefix"]).resolve() == ana.venv.resolve()
    assert room.state() == made
