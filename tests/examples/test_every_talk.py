"""A talk ends as one wants it to, with Ctrl-C or a word or the input, and keeps its commands to itself."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from .running import CHAT, MEMORY, OFFLINE_LINE, ROOT, assert_clean, environment, load, run, run_alone
from .talking import RecordingServer, memory_on, type_lines


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_in_a_process_of_its_own_a_talk_goes_the_same(tmp_path, encoding):
    talk = {"typed": "My panda is called 团团 🐼.\nWhat is my panda called?\n", "PYTHONIOENCODING": encoding}
    alone = run_alone(CHAT, tmp_path, "--interactive", **talk)
    assert_clean(alone)
    assert alone == run(CHAT, tmp_path, "--interactive", **talk)


def interrupt_at_the_prompt(example: str, folder: Path) -> tuple[str, str, int]:
    """Start a talk and press Ctrl-C at its first prompt; what it then writes, its stderr, and its exit code."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / f"{example}.py"), "--interactive"],
        cwd=folder,
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
    return rest, errors, process.returncode


@pytest.mark.parametrize("example", [CHAT, MEMORY])
def test_a_talk_ends_with_ctrl_c_at_the_prompt_in_one_line(tmp_path, example):
    rest, errors, code = interrupt_at_the_prompt(example, tmp_path)
    assert (code, rest) == (0, "\nGoodbye.\n")
    assert OFFLINE_LINE.fullmatch(errors), errors


@pytest.mark.parametrize("example", [CHAT, MEMORY, "08_save_and_resume"])
def test_a_talk_with_nobody_ends(tmp_path, monkeypatch, capsys, example):
    """A program that was started without any input, from a menu for example"""
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "argv", [example, "--interactive"])
    if example not in (CHAT, MEMORY):
        sys.argv += ["--store", str(tmp_path / "chats.db")]
    load(example).main()
    assert capsys.readouterr().out.endswith("\nGoodbye.\n")


ENDS = ["quit", "EXIT", "Quit!", "/exit", "/quit now", "quit()", ":q", "Q", "“quit”"]
COMMANDS = ["help", "/help", "Help?", "/help, please", "/nothing", "/团团"]


@pytest.mark.parametrize("example", [CHAT, MEMORY])
def test_a_talk_keeps_commands_to_itself(monkeypatch, capsys, example):
    said = ["My name is Ana.", "Help me to pack.", "/etc/hosts is empty.", "Quit my job?"]
    for end in ENDS:
        server = RecordingServer()
        type_lines(monkeypatch, *said, *COMMANDS, end, "Never read.")
        load(example).talk(*([server.client()] if example == CHAT else [memory_on(server), 3000]))
        assert [request[-1]["content"] for request in server.requests] == said
        shown = capsys.readouterr().out
        assert shown.count("quit") >= 5 and len(re.findall("There is no", shown)) == 2
