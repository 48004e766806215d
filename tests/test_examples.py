"""Every example runs from a terminal in any folder, without typing, and says what its lesson says."""

import contextlib
import io
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openai
import pytest

from chat_memory import ChatMemory
from common import OFFLINE_MODEL
from mock_model import MockServer

from .running import OFFLINE_LINE, ROOT, Done, assert_clean, environment, load, replies, run, run_alone

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CHAT = "02_chat_loop"
MEMORY = "07_chat_memory"
TOKENS = re.compile(r"\((\d+) prompt \+ (\d+) reply tokens\)")


def talk(folder: Path, *typed: str, **more: str) -> Done:
    """Talk to the chat loop: each line is typed, then the input ends."""
    return run(CHAT, folder, "--interactive", typed="".join(f"{line}\n" for line in typed), **more)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
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


@pytest.mark.parametrize("example", ["01_stateless_calls", MEMORY])
def test_in_a_process_of_its_own_an_example_says_the_same(tmp_path, outputs, example):
    assert run_alone(example, tmp_path) == outputs[example]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_in_a_process_of_its_own_a_talk_goes_the_same(tmp_path, encoding):
    talk = {"typed": "My panda is called 团团 🐼.\nWhat is my panda called?\n", "PYTHONIOENCODING": encoding}
    alone = run_alone(CHAT, tmp_path, "--interactive", **talk)
    assert_clean(alone)
    assert alone == run(CHAT, tmp_path, "--interactive", **talk)


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_says_what_it_does_when_asked_and_does_not_do_it(tmp_path, monkeypatch, example):
    monkeypatch.setattr(openai.OpenAI, "__init__", lambda *_, **__: pytest.fail("it makes a client"))
    done = run(example, tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    usage, purpose, *_, options = done.stdout.split("\n\n")[:3]
    assert usage.startswith(f"usage: {example}.py [-h]") and len(purpose.split()) > 5 and options.startswith("options:")
    for option in re.findall(r"(--[a-z-]+)", usage):
        assert re.search(rf"^  {option} .*\w", options, re.M), f"it does not say what {option} does"
    refused = run(example, tmp_path, "--nothing-of-this-name")
    assert refused.returncode == 2 and not refused.stdout
    assert refused.stderr.splitlines()[-1].endswith("unrecognized arguments: --nothing-of-this-name")


@pytest.mark.parametrize("example", [CHAT, "08_save_and_resume"])
def test_an_example_runs_where_python_leaves_docstrings_out(tmp_path, example):
    done = run_alone(example, tmp_path, "--help", PYTHONOPTIMIZE="2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(example, tmp_path, "--help").stdout


def test_01_answers_only_with_the_exchange_resent(outputs):
    alone, resent = re.findall(r"^→ (.*)", outputs["01_stateless_calls"].stdout, flags=re.M)
    assert "find no answer" in alone and "Biscuit" not in alone
    assert "Biscuit" in resent


def test_02_keeps_the_trip_in_mind_and_its_prompts_climb(outputs):
    output = outputs[CHAT].stdout
    country, season, luggage = replies(output)
    assert "Japan" in country
    assert "spring" in season.lower()
    assert "spring" in luggage.lower() and "pack" in luggage
    sizes = [int(size) for size in re.findall(r"\((\d+) prompt tokens\)", output)]
    assert len(sizes) == 3 and sizes[0] < sizes[1] < sizes[2]


def test_03_counts_what_the_server_counts_and_the_cost_is_quadratic(outputs):
    output = outputs["03_token_counting"].stdout
    counts = [(int(ours), int(server)) for ours, server in re.findall(r"(\d+) +(\d+)$", output, flags=re.M)]
    assert len(counts) == 5 and counts[0] == (8, 8)
    assert all(ours == server for ours, server in counts)
    totals = [int(total.replace(",", "")) for total in re.findall(r"turns +([\d,]+) tokens", output)]
    assert len(totals) == 4 and all(4 * less <= more < 4.2 * less for less, more in itertools.pairwise(totals))


def test_04_the_window_stops_growing_and_forgets_the_first_turn(outputs):
    output = outputs["04_sliding_window"].stdout
    sizes = [(int(a), int(b)) for a, b in re.findall(r"^turn +\d+ +(\d+) +(\d+)$", output, flags=re.M)]
    whole, window = zip(*sizes, strict=True)
    assert list(whole) == sorted(set(whole)) and max(window[11:]) <= 100 and 4 * window[-1] < whole[-1]
    everything, three_turns = output.split("Everything\n")[1].split("The last three turns\n")
    assert "Ben" in everything and "Ben" in three_turns
    assert "peanuts" in everything and "peanuts" not in three_turns and "find no answer" in three_turns


def test_05_no_request_is_over_the_limit_and_a_question_too_long_is_said_to_be(outputs):
    output = outputs["05_token_budget"].stdout
    sizes = [(int(a), int(b)) for a, b in re.findall(r"(\d+) prompt tokens, history +(\d+)", output)]
    assert len(sizes) == 22 and max(sent for sent, _ in sizes) <= 300 < 400 < sizes[-1][1]
    assert re.search(r"^→ .*spring.*pack", output, flags=re.M)
    assert re.search(r"^A question that is too long: .*Raise max_tokens to at least 421", output, flags=re.M)


def test_06_the_summary_keeps_what_the_window_loses_and_a_failure_loses_nothing(outputs):
    output = outputs["06_summarize_and_continue"].stdout
    windows, summaries = (re.findall(rf"{kind}: +(.*)", output) for kind in ("window of 2 turns", "with the summary"))
    assert len(windows) == 2 and all("find no answer" in answer for answer in windows)
    assert "Biscuit" in summaries[0] and "1200" in summaries[1]
    whole, largest = map(int, re.search(r"would be (\d+) tokens; the largest request had (\d+)", output).groups())
    assert 2 * largest < whole
    attempts = re.findall(r"attempt \d: (\w+), (\d+) messages", output)
    assert attempts == [("RateLimitError", "48"), ("IncompleteReply", "48"), ("summarised", "4")]


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


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_ctrl_c_in_the_middle_of_an_example_leaves_no_traceback(tmp_path, monkeypatch, example):
    def interrupted(*request: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MockServer, "handle", interrupted)
    assert_clean(run(example, tmp_path))


@pytest.mark.parametrize("example", [CHAT, MEMORY, "08_save_and_resume"])
def test_a_talk_with_nobody_ends(tmp_path, monkeypatch, capsys, example):
    """A program that was started without any input, from a menu for example"""
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "argv", [example, "--interactive"])
    if example not in (CHAT, MEMORY):
        sys.argv += ["--store", str(tmp_path / "chats.db")]
    load(example).main()
    assert capsys.readouterr().out.endswith("\nGoodbye.\n")


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


# The conversation that keeps to its budget

FULLNESS = re.compile(r"^\[[#.]{20}\] ([\d,]+) of ([\d,]+) tokens$", re.M)
SHORT_BUDGET = ("--budget", "360", "--keep-recent", "3")


def remember(folder: Path, *typed: str, options: tuple[str, ...] = (), **more: str) -> Done:
    """Talk to the memory: each line is typed, then the input ends."""
    return run(MEMORY, folder, "--interactive", *options, typed="".join(f"{line}\n" for line in typed), **more)


def memory_on(server: MockServer, **sizes: int) -> Any:
    """A memory like that of the example, on a server that fails when it is told to."""
    return ChatMemory(server.client(), "Be brief.", model=OFFLINE_MODEL, **sizes)


def type_lines(monkeypatch: pytest.MonkeyPatch, *lines: Any) -> None:
    """Let these lines be typed one after the other; a function among them is called first, then comes the next line."""
    waiting = list(lines)

    def type_next(prompt: str = "") -> str:
        print(prompt, end="")
        while callable(line := waiting.pop(0)):
            line()
        return line

    monkeypatch.setattr("builtins.input", type_next)


def test_07_summarises_and_still_knows_the_first_turn(outputs):
    output = outputs[MEMORY].stdout
    assert "Biscuit" in replies(output)[-1] and len(replies(output)) == 11
    assert re.search(r"\[Summarised: \d turns folded\.", output)
    assert "Biscuit" in re.search(r"^Summary: (.*)", output, flags=re.M)[1]
    fullness = [(int(used), int(budget)) for used, budget in FULLNESS.findall(output)]
    assert len(fullness) == 11 and all(0 < used <= budget == 360 for used, budget in fullness)
    assert fullness[-1] < fullness[-2], "a fold makes room"


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
    with socket.socket() as closed:  # bound, but nobody listens: every connection is refused
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        server = {"OPENAI_BASE_URL": address, "OPENAI_MODEL": "x", "WORKBOOK_OFFLINE": "0"}
        done = remember(tmp_path, "Hello?", "/memory", "quit", **server)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1 and "127.0.0.1" in done.stderr
    assert "[This turn is not kept: Connection error.]" in done.stdout
    assert "Hello?" not in done.stdout.partition("You: /memory\n")[2]
    assert done.stdout.endswith("Goodbye.\n")


@pytest.mark.parametrize("failure", [429, "quota", 500, "timeout", "connection", "drop", "empty", "length"])
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
