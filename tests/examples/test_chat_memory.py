"""The talk of lesson 07, which keeps to its budget: it summarises, shows its memory, and keeps no turn that fails."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mock_model import MockServer

from .running import (
    FULLNESS,
    MEMORY,
    Done,
    assert_clean,
    load,
    replies,
    run,
)
from .talking import RecordingServer, memory_on, nobody_listens, type_lines

SHORT_BUDGET = ("--budget", "360", "--keep-recent", "3")


def remember(folder: Path, *typed: str, options: tuple[str, ...] = (), **more: str) -> Done:
    """Talk to the memory: each line is typed, then the input ends."""
    return run(MEMORY, folder, "--interactive", *options, typed="".join(f"{line}\n" for line in typed), **more)


def test_07_talks_and_shows_what_was_asked_and_how_full_the_budget_is(tmp_path):
    done = remember(
        tmp_path, "My panda is called 团团 🐼.", "", "   ", "What is my panda called?", "Quit", "Never read."
    )
    assert_clean(done)
    assert "\nYou: My panda is called 团团 🐼.\n" in done.stdout, "what comes from a pipe is shown"
    said = replies(done.stdout)
    assert len(said) == 2 and "团团 🐼" in said[1], "an empty line asks nothing"
    used = [int(used) for used, _ in FULLNESS.findall(done.stdout)]
    assert len(used) == 2 and used[0] < used[1]
    assert {budget for _, budget in FULLNESS.findall(done.stdout)} == {"3,000"}
    assert done.stdout.endswith("Goodbye.\n") and "Never" not in done.stdout


def test_07_summarises_in_a_talk_and_counts_the_turns(tmp_path):
    typed = load(MEMORY).TALK
    done = remember(tmp_path, *typed, "/memory", options=SHORT_BUDGET)
    assert_clean(done)
    folded = int(re.search(r"\[Summarised: (\d+) turns folded\.", done.stdout)[1])
    shown = done.stdout.partition("You: /memory\n")[2]
    assert folded == len(typed) - 4, "three recent turns stay, and the one that was asked"
    assert "Biscuit" in re.match(r"Summary: (.*)", shown)[1]
    assert typed[0] not in shown and typed[-1] in shown
    assert len(re.findall(r"^user ", shown, flags=re.M)) == 1 + 4, "the recap and the recent turns"


def test_07_shows_its_memory_and_helps(tmp_path):
    done = remember(tmp_path, "/Memory, please", "/help", "My name is Ana.", "/memory", "/memmory now", "/quit")
    assert_clean(done)
    assert "Summary: none yet." in done.stdout
    assert done.stdout.count("  /memory ") == 2, "at the beginning, and when asked for"
    assert re.search(r"^user +My name is Ana\.", done.stdout, flags=re.M)
    assert "There is no command /memmory. /help lists them." in done.stdout
    assert len(replies(done.stdout)) == 1, "a command is not sent"
    assert done.stdout.endswith("Goodbye.\n")


def test_07_ends_with_its_input(tmp_path):
    done = remember(tmp_path, "My name is Ana.")
    assert_clean(done)
    assert len(replies(done.stdout)) == 1 and done.stdout.endswith("\nYou: \nGoodbye.\n")


def test_07_survives_characters_that_the_terminal_does_not_know(tmp_path):
    typed = ("My panda is called 团团 🐼.", "/团团 🐼", "My name is Ana.", "What is my name?", "/memory")
    done = remember(tmp_path, *typed, PYTHONIOENCODING="ascii")
    assert_clean(done)
    assert "Ana" in replies(done.stdout)[2]


def test_07_survives_input_that_is_no_text(tmp_path):
    typed = b"I like caf\xe9s.\nMy name is Ana.\nWhat is my name?\nquit\n"
    done = run(MEMORY, tmp_path, "--interactive", typed=typed, PYTHONIOENCODING="utf-8:strict")
    assert_clean(done)
    assert "Ana" in replies(done.stdout)[2]


def test_07_says_how_much_too_long_a_question_is_and_goes_on(tmp_path):
    done = remember(tmp_path, "My name is Ana.", "word " * 50_000, "What is my name?", options=SHORT_BUDGET)
    assert_clean(done)
    refused = re.search(r"\[This turn is not kept: The newest question needs 50,\d+ tokens.*", done.stdout)[0]
    assert "the summary" not in refused, "there is none yet"
    assert re.search(r"Raise --budget to at least [\d,]+, or shorten the question\.\]", refused)
    assert "Ana" in replies(done.stdout)[-1] and len(FULLNESS.findall(done.stdout)) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--budget", "50"), "at least"),
        (("--budget", "0"), "at least"),
        (("--keep-recent", "-1"), "--keep-recent must be at least 0"),
        (("--budget", "many"), "invalid int value"),
    ],
)
def test_07_refuses_sizes_that_cannot_work(monkeypatch, capsys, options, words):
    monkeypatch.setattr(sys, "argv", [f"{MEMORY}.py", "--interactive", *options])
    with pytest.raises(SystemExit) as ended:
        load(MEMORY).main()
    output, errors = capsys.readouterr()
    assert ended.value.code == 2 and not output
    assert words in errors.splitlines()[-1]


def test_07_says_when_no_model_answers_and_goes_on(tmp_path):
    with nobody_listens() as server:
        done = remember(tmp_path, "Hello?", "/memory", "quit", **server)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1 and "127.0.0.1" in done.stderr
    assert "[This turn is not kept: Connection error.]" in done.stdout
    assert "Hello?" not in done.stdout.partition("You: /memory\n")[2]
    assert done.stdout.endswith("Goodbye.\n")


@pytest.mark.parametrize("failure", [429, "quota", 500, "timeout", "connection", "drop", "length"])
def test_07_does_not_keep_a_turn_that_fails(monkeypatch, capsys, failure):
    server = RecordingServer()
    question = "What is my name?"
    type_lines(monkeypatch, "My name is Ana.", lambda: server.fail_next(failure), question, question, "quit")
    load(MEMORY).talk(memory_on(server), 3000)
    output = capsys.readouterr().out
    assert len(re.findall(r"^\[This turn is not kept: .{5,}\]$", output, flags=re.M)) == 1
    assert "Ana" in replies(output)[-1] and len(FULLNESS.findall(output)) == 2
    assert server.requests[1] == server.requests[2], "the same request again, without the turn that failed"


def test_07_says_when_the_key_is_wrong(monkeypatch, capsys):
    type_lines(monkeypatch, "Hello.", "quit")
    load(MEMORY).talk(memory_on(MockServer(api_key="another key")), 3000)
    assert re.search(r"\[This turn is not kept: .*Incorrect API key provided", capsys.readouterr().out)


def test_07_goes_on_when_only_the_summary_fails(monkeypatch, capsys):
    server, chat = MockServer(), load(MEMORY)
    *early, question = chat.TALK
    type_lines(monkeypatch, *early, lambda: server.fail_next(429), question, question, "quit")
    chat.talk(memory_on(server, max_tokens=360, keep_recent=3), 360)
    output = capsys.readouterr().out
    poorer, better = replies(output)[-2:]
    assert "find no answer" in poorer and "Biscuit" in better
    assert output.count("[Not summarised, but nothing is lost") == 1
    assert output.index("[Not summarised") < output.index("[Summarised: ")


def test_07_says_only_once_that_a_summary_failed(monkeypatch, capsys):
    server, chat = MockServer(), load(MEMORY)
    long_question = f"{chat.TALK[8]} {chat.TALK[9]}"  # it needs a fold; summary and answer both fail
    type_lines(monkeypatch, *chat.TALK[:9], lambda: server.fail_next(429, times=2), long_question, "Hello.", "quit")
    chat.talk(memory_on(server, max_tokens=360, keep_recent=3), 360)
    output = capsys.readouterr().out
    assert output.count("[This turn is not kept") == output.count("[Not summarised") == 1
    assert len(FULLNESS.findall(output)) == 10 and "[Summarised" not in output


def interrupted_by(client: Any) -> Any:
    """A client of which every stream is interrupted with Ctrl-C after its second chunk."""

    @contextlib.contextmanager
    def chunks(request: dict[str, Any]) -> Iterator[Any]:
        def arriving() -> Iterator[Any]:
            yield next(answer)
            yield next(answer)
            raise KeyboardInterrupt

        with client.chat.completions.create(**request) as answer:
            yield arriving()

    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=lambda **request: chunks(request))))


def test_07_drops_a_turn_that_is_stopped_and_goes_on(monkeypatch, capsys):
    memory = memory_on(MockServer())
    memory.ask("My name is Ana.")
    before, client = memory.messages, memory._client

    def use(other: Any) -> None:
        memory._client = other

    type_lines(
        monkeypatch, lambda: use(interrupted_by(client)), "What is my name?", lambda: use(client), "Am I Ana?", "quit"
    )
    assert memory.messages == before
    load(MEMORY).talk(memory, 3000)
    output = capsys.readouterr().out
    assert re.search(r"^Model: \w+ *\n\[This turn is not kept: you stopped it\.\]$", output, flags=re.M)
    assert [message["content"] for message in memory.messages if message["role"] == "user"] == [
        "My name is Ana.",
        "Am I Ana?",
    ]
