"""The plugin that runs files of tests side by side: forked or not, it says of them what one process says of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = {
    "conftest.py": """
import os, pytest
from tests import side_by_side

side_by_side.CAN_FORK = side_by_side.CAN_FORK and not os.environ.get("SPAWNED")

@pytest.fixture(scope="session")
def once(tmp_path_factory):
    yield "once"
    with open(os.environ["NOTES"], "a") as notes:
        notes.write("ended ")
""",
    "test_a.py": """
import os, pytest, warnings

@pytest.mark.parametrize("n", {"x", "y", "z"})
def test_in_any_order(n, once):
    assert once == "once"

def test_wrong():
    assert "what was found" == "what was expected"

@pytest.mark.skip(reason="for no reason")
def test_left_out(): ...

@pytest.mark.xfail
def test_wrong_as_expected():
    assert 0

def test_warned():
    warnings.warn("beware of it", UserWarning)
""",
    "test_b.py": "def test_right(once): ...\n\ndef test_named(): ...\n",
    "test_c.py": "import no_such_module\n",
    "test_d.py": """
import pytest

@pytest.fixture
def ends():
    yield
    assert 0, "at its end"

def test_d(ends): ...
""",
    "inside/conftest.py": "import pytest\n\n@pytest.fixture(scope='package')\ndef inner():\n    return 1\n",
    "inside/test_f.py": "def test_first(inner): ...\n",
    "inside/test_g.py": "def test_second(inner): ...\n",
    "other/conftest.py": "import pytest\n\n@pytest.fixture\ndef outer():\n    return 1\n",
    "other/test_h.py": "def test_third(outer): ...\n",
    "left_out/test_e.py": "def test_never(): ...\n",
}


def run(folder: Path, *arguments: str, ways: str = "") -> tuple[int, str]:
    """The exit code of pytest for these files, and what it said."""
    for name, source in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nnorecursedirs = left_out\n", encoding="utf-8")
    options = ["-p", "tests.side_by_side", "--disable-plugin-autoload", "-p", "no:cacheprovider", "-rA", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "NOTES": str(folder / "notes"), "SPAWNED": ways}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=folder, env=environment, capture_output=True, encoding="utf-8"
    )
    return done.returncode, done.stdout + done.stderr


def summary(said: str) -> list[str]:
    """What became of each test, and how many of each kind there are."""
    lines = re.findall(r"^(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL) \S+", said, re.M)
    return [*sorted(lines), re.findall(r"(\d+ failed.*) in [\d.]+s", said)[-1]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one process says."""
    return summary(run(tmp_path_factory.mktemp("alone"), "--continue-on-collection-errors")[1])


@pytest.mark.parametrize("ways", ["", "spawned"])
def test_it_says_what_one_process_says(tmp_path, alone, ways):
    code, said = run(tmp_path, "--processes=3", ways=ways)
    assert code == 1 and summary(said) == alone
    assert alone[-1] == "1 failed, 10 passed, 1 skipped, 1 xfailed, 1 warning, 2 errors"
    for shown in ("'what was found' == 'what was expected'", "No module named 'no_such_module'", "beware of it"):
        assert shown in said


def test_what_is_left_out_is_not_counted_and_what_lasts_longest_ends_once(tmp_path):
    code, said = run(tmp_path, "--processes=2", "-k", "right or any_order", "test_a.py", "test_b.py")
    assert code == 0 and "4 passed, 5 deselected" in said
    assert 1 <= (tmp_path / "notes").read_text("utf-8").count("ended") <= 2


def test_files_and_single_tests_can_be_named(tmp_path):
    files = ["test_b.py", "inside/test_f.py", "inside/test_g.py", "other/test_h.py", "test_a.py::test_warned"]
    assert "6 passed" in run(tmp_path, "--processes=2", *files, "-W", "ignore")[1]


def test_nothing_found_is_said(tmp_path):
    assert run(tmp_path, "--processes=2", "-k", "nothing", "test_b.py", "test_a.py")[0] == 5


def test_a_process_that_ends_is_an_error_and_the_others_go_on(tmp_path):
    (tmp_path / "test_x.py").write_text("import os\n\ndef test_f():\n    os._exit(0)\n", encoding="utf-8")
    code, said = run(tmp_path, "--processes=2", "test_x.py", "test_b.py")
    assert code == 1 and "test_x.py: the process that ran its tests has ended" in said and "2 passed, 1 error" in said


def test_what_a_process_has_not_come_to_is_given_to_another(tmp_path):
    for name in ("test_x.py", "test_y.py"):
        (tmp_path / name).write_text("import os\n\nos._exit(0)\n", encoding="utf-8")
    code, said = run(tmp_path, "--processes=2", "test_x.py", "test_y.py", "test_b.py")
    assert code == 1 and "2 passed, 2 errors" in said


def test_it_stops_at_the_first_failure_if_asked(tmp_path):
    code, said = run(tmp_path, "--processes=2", "-x", "test_a.py", "test_b.py")
    assert code == 2 and "1 failed" in said and "stopping after 1 failures" in said
