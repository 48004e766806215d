"""The chat loop of lesson 02: it talks, shows a reply while it arrives, and takes a failed turn back."""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

from mock_model import MockServer

from .running import (
    CHAT,
    Done,
    assert_clean,
    load,
    replies,
    run,
)
from .talking import RecordingServer, nobody_listens, slowly

TOKENS = re.compile(r"\((\d+) prompt \+ (\d+) reply tokens\)")


def talk(folder: Path, *typed: str, **more: str) -> Done:
    """Talk to the chat loop: each line is typed, then the input ends."""
    return run(CHAT, folder, "--interactive", typed="".join(f"{line}\n" for line in typed), **more)


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


def test_02_says_when_no_model_answers_and_goes_on(tmp_path):
    with nobody_listens() as server:
        done = talk(tmp_path, "Hello?", "", "quit", **server)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1 and "127.0.0.1" in done.stderr
    assert replies(done.stdout) == ["[no reply: Connection error.]"]
    assert done.stdout.count("You: ") == 3, "it asks again after the failure"
    assert done.stdout.endswith("Goodbye.\n")


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
