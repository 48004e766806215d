"""Every example runs from a terminal in any folder, without typing, and says what its lesson says."""

import contextlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mock_model import MockServer

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CHAT = "02_chat_loop"
OFFLINE_LINE = re.compile(r"Answers come from .*offline.*\n")
TOKENS = re.compile(r"\((\d+) prompt \+ (\d+) reply tokens\)")


def environment(**more: str) -> dict[str, str]:
    """The environment of a terminal that shows UTF-8, offline unless `more` says otherwise."""
    mine = {"WORKBOOK_OFFLINE": "1", "PYTHONIOENCODING": "utf-8", "NO_PROXY": "127.0.0.1"}
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | mine | more


def run(
    example: str, folder: Path, *arguments: str, typed: str | bytes = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run an example in a folder, with what is typed already in its input; a character that does not decode shows."""
    command = [sys.executable, str(ROOT / "examples" / f"{example}.py"), *arguments]
    given = typed.encode() if isinstance(typed, str) else typed
    done = subprocess.run(command, cwd=folder, env=environment(**more), input=given, capture_output=True, timeout=60)
    out, err = (text.decode("utf-8", "backslashreplace").replace("\r\n", "\n") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(command, done.returncode, out, err)


def talk(folder: Path, *typed: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Talk to the chat loop: each line is typed, then the input ends."""
    return run(CHAT, folder, "--interactive", typed="".join(f"{line}\n" for line in typed), **more)


def replies(output: str) -> list[str]:
    """What the model said, in order."""
    return re.findall(r"Model: (.*)", output)


def load(example: str) -> ModuleType:
    """Import an example without running it."""
    path, module = ROOT / "examples" / f"{example}.py", ModuleType(f"example_{example}")
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), vars(module))
    return module


def assert_clean(done: subprocess.CompletedProcess[str]) -> None:
    """It ended well, and its only words on stderr say which model answered."""
    assert done.returncode == 0, done.stderr
    assert OFFLINE_LINE.fullmatch(done.stderr), done.stderr


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every example, run once in a folder that holds nothing."""
    folder = tmp_path_factory.mktemp("elsewhere")
    return {example.stem: run(example.stem, folder) for example in EXAMPLES}


# Without typing


def test_there_are_examples():
    assert [example.stem for example in EXAMPLES][:2] == ["01_stateless_calls", CHAT]


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_runs_from_any_folder(outputs, example):
    assert_clean(outputs[example])
    assert outputs[example].stdout.strip()


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_runs_where_few_characters_can_be_shown(tmp_path, example):
    """As on Windows, where a program whose output goes into a file may write cp1252 only."""
    done = run(example, tmp_path, PYTHONIOENCODING="ascii")
    assert_clean(done)
    assert done.stdout.strip()


def test_01_answers_only_with_the_exchange_resent(outputs):
    alone, resent = re.findall(r"^→ (.*)", outputs["01_stateless_calls"].stdout, flags=re.M)
    assert "haven't told me" in alone and "Biscuit" not in alone
    assert "Biscuit" in resent


def test_02_keeps_the_trip_in_mind_and_its_prompts_climb(outputs):
    output = outputs[CHAT].stdout
    country, season, luggage = replies(output)
    assert "Japan" in country
    assert "spring" in season.lower()
    assert "spring" in luggage.lower() and "pack" in luggage
    sizes = [int(size) for size in re.findall(r"\((\d+) prompt tokens\)", output)]
    assert len(sizes) == 3 and sizes[0] < sizes[1] < sizes[2]


# Talking


def test_02_talks_remembers_and_shows_the_tokens_of_each_turn(tmp_path):
    done = talk(tmp_path, "I'm planning a trip to Peru.", "", "   ", "When should I go there?", "Quit", "Never read.")
    assert_clean(done)
    said = replies(done.stdout)
    assert len(said) == 2 and "Peru" in said[1]
    prompts = [int(prompt) for prompt, _ in TOKENS.findall(done.stdout)]
    assert len(prompts) == 2, "one line of tokens for each turn, none for an empty line"
    assert prompts[0] < prompts[1]
    assert done.stdout.endswith("Goodbye.\n")


def test_02_talks_in_every_script(tmp_path):
    done = talk(tmp_path, "My panda is called 团团 🐼.", "What is my panda called?", "quit")
    assert_clean(done)
    assert "团团 🐼" in replies(done.stdout)[1]


def test_02_ends_with_its_input(tmp_path):
    done = talk(tmp_path, "My name is Ana.")
    assert_clean(done)
    assert len(replies(done.stdout)) == 1
    assert done.stdout.endswith("\nGoodbye.\n")


def test_02_survives_characters_that_the_terminal_does_not_know(tmp_path):
    typed = ("My panda is called 团团 🐼.", "My name is Ana.", "What is my name?")
    done = talk(tmp_path, *typed, PYTHONIOENCODING="ascii")
    assert_clean(done)
    assert "Ana" in replies(done.stdout)[2]


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_02_survives_input_that_is_no_text(tmp_path, errors):
    typed = b"I like caf\xe9s.\nMy name is Ana.\nWhat is my name?\nquit\n"
    done = run(CHAT, tmp_path, "--interactive", typed=typed, PYTHONIOENCODING=f"utf-8:{errors}")
    assert_clean(done)
    assert "Ana" in replies(done.stdout)[2]


@pytest.mark.skipif(os.name == "nt", reason="a test cannot send Ctrl-C to a single process on Windows")
def test_02_ends_with_ctrl_c_in_one_line(tmp_path):
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / f"{CHAT}.py"), "--interactive"],
        cwd=tmp_path,
        env=environment(),
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job would ignore Ctrl-C
    )
    impatience = threading.Timer(30, process.kill)
    impatience.start()
    try:
        output = ""
        while not output.endswith("\nYou: ") and (character := process.stdout.read(1)):
            output += character
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate()
    finally:
        impatience.cancel()
        process.kill()
    assert (process.returncode, rest) == (0, "\nGoodbye.\n")
    assert OFFLINE_LINE.fullmatch(errors), errors


def test_02_says_when_no_model_answers_and_goes_on(tmp_path):
    with socket.socket() as closed:  # bound, but nobody listens: every connection is refused
        closed.bind(("127.0.0.1", 0))
        server = {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{closed.getsockname()[1]}/v1",
            "OPENAI_MODEL": "x",
            "WORKBOOK_OFFLINE": "0",
        }
        done = talk(tmp_path, "Hello?", "", "quit", **server)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1 and "127.0.0.1" in done.stderr
    assert replies(done.stdout) == ["[no reply: Connection error.]"]
    assert done.stdout.count("You: ") == 3, "it asks again after the failure"
    assert done.stdout.endswith("Goodbye.\n")


# Inside the talk: how a reply arrives, and a failure between two turns


class RecordingServer(MockServer):
    """The offline model, keeping the messages of every request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[list[dict[str, Any]]] = []

    def handle(self, request: Any) -> Any:
        self.requests.append(json.loads(request.content)["messages"])
        return super().handle(request)


def slowly(client: Any, before_each_chunk: Any) -> Any:
    """A client whose stream calls a function before it hands out each chunk."""

    def create(**request: Any) -> Iterator[Any]:
        for chunk in client.chat.completions.create(**request):
            before_each_chunk()
            yield chunk

    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


def test_02_shows_a_reply_while_it_arrives():
    shown_so_far, history = [], [{"role": "user", "content": "My name is Ana. What is my name?"}]
    with contextlib.redirect_stdout(io.StringIO()) as screen:
        client = slowly(MockServer().client(), lambda: shown_so_far.append(screen.getvalue()))
        text, usage = load(CHAT).stream_reply(client, history)
    assert "Ana" in text and text == screen.getvalue()
    assert usage.prompt_tokens > 0
    assert len(set(shown_so_far)) > 3, "the text grows on the screen between the chunks"
    assert all(text.startswith(part) for part in shown_so_far)


@pytest.mark.parametrize("failure", [429, "quota", 500, "timeout", "connection", "drop", "empty"])
def test_02_takes_a_failed_turn_back(monkeypatch, capsys, failure):
    server, asked = RecordingServer(), []

    def type_next(prompt: str = "") -> str:
        print(prompt, end="")
        asked.append(prompt)
        if len(asked) == 2:
            server.fail_next(failure)
        return ["My name is Ana.", "What is my name?", "What is my name?", "quit"][len(asked) - 1]

    monkeypatch.setattr("builtins.input", type_next)
    load(CHAT).talk(server.client())
    failed, answered = replies(capsys.readouterr().out)[1:]
    assert re.search(r"\[no reply: .{5,}\]", failed), f"the learner sees nothing of the failure: {failed!r}"
    assert "Ana" in answered
    assert server.requests[1] == server.requests[2], "the failed question is asked again, once"
    assert [message["role"] for message in server.requests[2]] == ["system", "user", "assistant", "user"]


def test_02_can_be_stopped_in_the_middle_of_a_reply(monkeypatch, capsys):
    def interrupt() -> None:
        raise KeyboardInterrupt

    chat = load(CHAT)
    monkeypatch.setattr(chat, "get_client", lambda: slowly(MockServer().client(), interrupt))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Hello.\nNever read.\n")))
    monkeypatch.setattr(sys, "argv", [f"{CHAT}.py", "--interactive"])
    chat.main()
    assert capsys.readouterr().out.endswith("Model: \nGoodbye.\n")


def test_02_keeps_the_whole_history_in_its_function(capsys):
    history = load(CHAT).run_chat(MockServer().client(), "Be brief.", ["My name is Ana.", "What is my name?"])
    capsys.readouterr()
    assert [message["role"] for message in history] == ["system", "user", "assistant", "user", "assistant"]
    assert "Ana" in history[-1]["content"]
