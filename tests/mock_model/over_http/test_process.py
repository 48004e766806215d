"""The command itself: its first line, how it ends, and what it says in a sentence when it cannot begin."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from mock_model.over_http import __main__ as command
from mock_model.over_http.options import read

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "mock_model.over_http"]
WINDOWS = os.name == "nt"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """The server as a process of its own, on a free port."""
    group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
    pipe = subprocess.PIPE
    started = subprocess.Popen([*COMMAND, "--port", "0"], cwd=ROOT, stdout=pipe, stderr=pipe, text=True, **group)
    yield started
    started.kill()
    started.communicate()


def test_it_says_where_it_answers_and_ends_with_ctrl_c(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    start, _, address = process.stdout.readline().strip().rpartition(" ")
    assert start == "The offline model answers at"
    headers, stalled = {"authorization": "Bearer ana"}, threading.Event()
    body = {"model": "offline-model", "messages": [{"role": "user", "content": "Hello"}]}
    assert httpx2.post(f"{address}/chat/completions", headers=headers, json=body, trust_env=False).status_code == 200
    control = address.removesuffix("/v1") + "/offline/fail_next"
    httpx2.post(control, headers=headers, json={"kind": "stall"}, trust_env=False)

    def wait_for_a_stream_that_stalls() -> None:
        with (
            pytest.raises(httpx2.TransportError),
            httpx2.stream(
                "POST", f"{address}/chat/completions", headers=headers, json=body | {"stream": True}
            ) as answer,
        ):
            for _ in answer.iter_raw():
                stalled.set()

    waiting = threading.Thread(target=wait_for_a_stream_that_stalls)
    waiting.start()
    assert stalled.wait(20)
    process.send_signal(signal.CTRL_C_EVENT if sys.platform == "win32" else signal.SIGINT)
    _, said = process.communicate(timeout=20)
    waiting.join(10)
    assert process.returncode == 130
    assert "The offline model has answered 3 requests." in said
    assert "Traceback" not in said and "fault" not in said


@pytest.mark.skipif(WINDOWS, reason="Windows ends a process without a word to it")
def test_it_ends_when_another_program_says_so(process: subprocess.Popen[str]) -> None:
    assert process.stdout and process.stdout.readline()
    process.terminate()
    assert process.wait(20) == 143


def sentence(*arguments: str) -> str:
    """What the command says when it cannot do that."""
    done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode and not done.stdout, done
    return done.stderr


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = sentence("--port", str(other.getsockname()[1]))
    assert said.startswith("serve: another program listens at port ") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--port 70000", "there is no port 70000"),
        ("--port x", "'x' is no number"),
        ("--window 0", "a context window holds at least one token, not 0"),
        ("--window -5", "not -5"),
        ("--window 10.5", "10.5 is no whole number"),
        ("--window nan", "is no number to work with"),
        ("--pace 0", "give more than 0"),
        ("--first-token-delay -1", "give 0 or more"),
        ("--failure-rate 0.5", "--failure-rate needs --seed-failures"),
        ("--window 1e99", "at most 1,000,000,000 tokens"),
        ("--seed-failures x", "'x' is no number"),
        ("--seed-failures 1.5", "1.5 is no whole number"),
        ("--journal=", "it is empty: name the file"),
        ("--seed-failures 1 --failure-rate 2", "2 is no share"),
        ("--api-key=", "a key has letters"),
        ("--host=", "it is empty"),
        ("--prot 8000", "unrecognized arguments: --prot"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(arguments: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        read(arguments.split(" "))
    said = capsys.readouterr().err
    assert ending.value.code == 2
    assert words in said and said.startswith("serve: ") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "0", "--host", "no-such-host.invalid"), "nothing is known of a host 'no-such-host.invalid'"),
        (("--port", "0", "--host", "192.0.2.1"), "192.0.2.1 is no address of this machine"),
        (("--port", "0", "--journal", "."), "the journal . cannot be written to"),
    ],
)
def test_what_only_the_machine_knows_is_said_in_a_sentence(
    arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as ending:
        command.main(arguments)
    assert words in str(ending.value.code)


def test_what_is_asked_for_is_read() -> None:
    options = read(["--port", "0", "--window", "4_000", "--pace", "12.5", "--host", "[::1]", "--seed-failures", "7"])
    assert (options.port, options.window, options.pace, options.host) == (0, 4_000, 12.5, "::1")
    assert (options.seed_failures, options.failure_rate, options.journal) == (7, 0.1, None)


@pytest.mark.parametrize(
    ("host", "address", "more"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/v1", False),
        ("::1", "http://[::1]:80/v1", False),
        ("0.0.0.0", "http://127.0.0.1:80/v1", True),
    ],
)
def test_the_first_line_is_an_address_to_use(
    host: str, address: str, more: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    command.announce(host, 80)
    first, rest = capsys.readouterr().out.split("\n", 1)
    assert first == f"The offline model answers at {address}"
    assert ("every address of this machine" in rest) is more


def test_a_journal_is_of_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked: list[tuple[str, ...]] = []
    serve = runpy.run_path(str(ROOT / "workbook.py"))["serve"]
    own = SimpleNamespace(set_up=lambda: None, run=lambda *arguments: asked.append(arguments) or 0)
    monkeypatch.setitem(serve.__globals__, "OWN", own)
    assert serve(["--journal", "my.jsonl"]) == 0
    [(flag, module, *options)] = asked
    assert (flag, module) == ("-m", "mock_model.over_http")
    monkeypatch.chdir(ROOT)
    assert Path(read(options).journal) == tmp_path / "my.jsonl"
    assert read([*options, "--journal", str(tmp_path / "other.jsonl")]).journal == str(tmp_path / "other.jsonl")


def test_the_help_says_who_can_ask_and_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    for words in ("10,000 requests are kept in memory", "500 keys", "open in a browser", "same id", "hold"):
        assert words in said
