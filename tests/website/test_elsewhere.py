"""On machines of others: Binder, Codespaces and Colab make the workbook ready as their own rules want it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.challenges.engine import files
from workbook import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
CELL = (ROOT / "website" / "colab.py").read_text(encoding="utf-8")
# What the schema of containers.dev wants of the properties that stand in our file.
PROPERTIES = {
    "name": str,
    "image": str,
    "postCreateCommand": str,
    "forwardPorts": list,
    "portsAttributes": dict,
    "customizations": dict,
}


def test_binder_installs_our_requirements_and_makes_the_copies_of_the_lessons():
    """Where .binder is, Binder takes nothing else, not even pyproject.toml, and starts its programs in our folder."""
    binder = ROOT / ".binder"
    assert (binder / "requirements.txt").read_text(encoding="utf-8") == "-r ../requirements.txt\n"
    assert re.fullmatch(r"python-3\.\d\d\n", (binder / "runtime.txt").read_text(encoding="utf-8"))
    post = (binder / "postBuild").read_text(encoding="utf-8")
    assert post.startswith("#!/usr/bin/env python3\n") and (ROOT / re.search(r'"(tests/\S+\.py)"', post)[1]).is_file()
    opened = re.search(r"mybinder\.org\S+urlpath=lab/tree/(\S+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))[1]
    assert Path(opened).parts[:2] == ("work", "lessons") and (ROOT / "lessons" / Path(opened).name).is_file()


def test_the_container_is_described_as_its_schema_wants():
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert {key: type(value) for key, value in told.items()} == PROPERTIES
    assert re.fullmatch(r"[\w./-]+:\d+-3\.\d\d-\w+", told["image"]), "pinned, with the Python"
    assert all(type(port) is int and 0 < port < 65536 for port in told["forwardPorts"])
    for port, says in told["portsAttributes"].items():
        assert int(port) in told["forwardPorts"] and says.keys() <= {"label", "onAutoForward"}
    for command in re.findall(r"workbook\.py (\w+)", told["postCreateCommand"]):
        assert command in COMMANDS
    for path in re.findall(r"tests/\S+\.py", told["postCreateCommand"]):
        assert (ROOT / path).is_file()
    settings = told["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"] == "${containerWorkspaceFolder}/.venv/bin/python"
    for path in told["customizations"]["codespaces"]["openFiles"]:
        assert (ROOT / path).is_file()


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook where Colab's cell would clone it to, whose first challenge is solved; no package of ours is installed."""
    root = tmp_path_factory.mktemp("content") / "workbook"
    for folder in ("chat_memory", "mock_model", "set_up", "tests/challenges"):  # with what is compiled of them
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("mistakes"))
    for name in ("common.py", "conftest.py", "pyproject.toml", "requirements.txt", "tests/__init__.py"):
        shutil.copy2(ROOT / name, root / name)
    for folder in ("lessons", "work"):
        (root / folder).mkdir()
    shutil.copy(ROOT / "lessons" / "01_stateless_calls.ipynb", root / "lessons")
    shutil.copy(files.reference("01_stateless_calls"), root / "work" / "01_stateless_calls.py")
    (root / ".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/v1\nOPENAI_MODEL=mine\n", encoding="utf-8")
    return root


def test_after_colabs_cell_a_notebook_that_was_started_elsewhere_is_in_the_workbook(lent, tmp_path):
    """As far as it can be had without Colab: the cell's own text, in a fresh program in another folder."""
    cell = CELL.replace("/content/workbook", lent.as_posix())
    assert cell != CELL
    lesson = "import common\nprint(common.__file__, common.MODEL, sep='|')\ncommon.check(1)\n"
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "WORKBOOK_OFFLINE")}
    done = subprocess.run(
        [sys.executable, "-c", f"import subprocess\nreally = subprocess.run\n{INSTALLED}{cell}\n{lesson}"],
        cwd=tmp_path,
        env=kept | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (
        pins,
        *_,
    ) = done.stdout.splitlines()
    assert {pin.partition("==")[0] for pin in json.loads(pins)} == set(re.search(r'NEEDED = "(.*)"', CELL)[1].split())
    assert f"{lent / 'common.py'}|mine" in done.stdout, "its own code, and its own .env"
    assert "Solved." in done.stdout, done.stdout


# The cell installs what is here already; what it would install is printed instead.
INSTALLED = """
def told(command, **more):
    if "pip" not in command:
        return really(command, **more)
    import json
    print(json.dumps([word for word in command if "==" in word]))
subprocess.run = told
"""


def test_colabs_cell_takes_every_package_that_the_lessons_import_and_none_in_which_notebooks_run():
    wanted = set(re.search(r'NEEDED = "(.*)"', CELL)[1].split())
    ours = set(re.findall(r"^([a-z][\w.-]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M))
    assert ours - wanted <= {"jupyter", "jupyterlab", "nbval", "tornado", "matplotlib"} and wanted <= ours
