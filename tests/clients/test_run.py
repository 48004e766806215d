"""The command clients: which clients there are, what it prints, and its exit code."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.test_layout import loose

from . import client as client_module
from . import run as run_module
from .client import NEEDS, Client, LeftOut, clients
from .program import Result, Run, run_program
from .server import serving

HERE = Path(__file__).parent


@pytest.fixture
def outcomes(monkeypatch):
    """What comes of each client, without a server or an installation."""
    given = {"curl": Run([Result("chat", "ok")], 0.1, []), "litellm": Run([Result("chat", "ok")], 0.2, [])}
    monkeypatch.setattr(
        run_module, "clients", lambda: {name: Client(name, HERE / name / "client.py") for name in given}
    )
    monkeypatch.setattr(run_module, "server_of", run_module.contextlib.nullcontext)

    def come_of(client, address, checks):
        if isinstance(given[client.name], LeftOut):
            raise given[client.name]
        return given[client.name]

    monkeypatch.setattr(run_module, "run_client", come_of)
    return given


def test_all_is_well(outcomes, capsys):
    assert run_module.main([]) == 0
    assert re.search(r"^chat +✓ +✓$", capsys.readouterr().out, re.M)


def test_a_failure_is_the_exit_code(outcomes):
    outcomes["curl"] = Run([Result("chat", "failed", "It was Tilly.")], 0.1, [])
    assert run_module.main([]) == 1
    assert run_module.main(["litellm"]) == 0


def test_what_this_machine_lacks_is_said_and_the_others_run(outcomes, capsys):
    outcomes["curl"] = LeftOut("curl needs curl on this machine.")
    assert run_module.main([]) == 0
    assert "left out: curl needs curl on this machine." in capsys.readouterr().out
    assert run_module.main(["curl"]) == 1  # it was asked for by name


def test_for_a_program(outcomes, capsys):
    assert run_module.main(["--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["clients"]["curl"]["checks"] == [{"check": "chat", "result": "ok", "said": ""}]


@pytest.mark.parametrize(
    ("arguments", "words"), [(["litelm"], "try litellm"), (["curl", "--write"], "leave the names out")]
)
def test_what_cannot_be_done_is_told_in_a_sentence(outcomes, capsys, arguments, words):
    with pytest.raises(SystemExit) as ended:
        run_module.main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_program_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(client_module.shutil, "which", lambda name: None)
    with pytest.raises(LeftOut, match="needs sh and curl on this machine"):
        Client("curl", HERE / "curl" / "client.sh").prepare()


def test_an_installer_that_fails_fails_the_client(monkeypatch):
    def fail(self):
        raise SystemExit("The disk is full.\n(The whole log: install.log)")

    monkeypatch.setattr(Client, "prepare", fail)
    (result,) = run_module.run_client(clients()["openai-python"], "http://127.0.0.1:1/v1", []).results
    assert (result.result, result.said) == ("failed", "The disk is full.")


def test_a_client_is_led_to_the_server_and_nowhere_else(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "theirs")
    monkeypatch.setenv("LANGSMITH_API_KEY", "theirs")
    found = clients()["openai-python"].variables("http://127.0.0.1:8000/v1")
    assert found["OPENAI_BASE_URL"] == "http://127.0.0.1:8000/v1"
    assert found["OFFLINE_CONTROL"] == "http://127.0.0.1:8000/offline"
    assert "theirs" not in found.values()


@pytest.mark.parametrize("name", clients())
def test_every_package_of_a_client_is_pinned(name):
    folder = HERE / name
    program = clients()[name].program
    if program.suffix == ".py":
        requirements, constraints = (
            (folder / f"{kind}.txt").read_text("utf-8") for kind in ("requirements", "constraints")
        )
        assert loose(requirements, constraints) == []
        assert clients()[name].pins()
    if program.suffix == ".mjs":
        wanted = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]
        assert all(re.fullmatch(r"\d[\w.-]*", version) for version in wanted.values()), wanted
        assert (folder / "package-lock.json").is_file()


def test_openai_s_own_client_on_the_server(tmp_path):
    """The same program and server as in the command, with the client that is installed here already."""
    own = clients()["openai-python"]
    assert NEEDS[own.program.name] == ()
    with serving() as address:
        done = run_program([sys.executable, str(own.program)], tmp_path, own.variables(address))
    assert [result for result in done.results if result.result != "ok"] == []
    assert len(done.results) >= 10
