"""The command compare: strategies beside each other and beside a memory of somebody's own, and no money spent unasked."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from chat_memory.scoreboard import STRATEGIES, talks, talks_as_json
from common import OFFLINE_MODEL, Settings, offline_server

from .benchmarks import compare, own_memory

SMALL = ("--number", "1", "--turns", "18", "--each", "1")
PLAIN = """
class Memory:
    def __init__(self, client, system, max_tokens):
        self.client, self.model = client, "{model}"
        self.messages = [{{"role": "system", "content": system}}]

    def ask(self, text):
        self.messages.append({{"role": "user", "content": text}})
        answer = self.client.chat.completions.create(model=self.model, messages=self.messages)
        self.messages.append({{"role": "assistant", "content": answer.choices[0].message.content}})
        return self.messages[-1]["content"]
"""
WHOLE = PLAIN.format(model=OFFLINE_MODEL)
SECOND = "class Second:\n    def ask(self, text):\n        return text\n"
FAILS_IN_TURN = """
class Memory:
    def __init__(self, client):
        self.turns = 0

    def ask(self, text):
        self.turns += 1
        if self.turns == {turn}:
            raise {error}("that is enough")
        return "I see."
"""


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """Writes a file with a memory, and gives its name; the command is run in the folder that it is in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def write(source: str, name: str = "mine.py") -> str:
        (tmp_path / name).write_text(source, encoding="utf-8")
        return name

    return write


def run(*arguments: str) -> int:
    return compare.main([*arguments, *SMALL])


def rows(capsys: pytest.CaptureFixture) -> dict[str, dict]:
    """What the command has written as JSON: its rows, by the name of the strategy."""
    return {row["strategy"]: row for row in json.loads(capsys.readouterr().out)["results"]}


def test_strategies_are_compared_and_a_memory_of_ones_own_beside_them(memory, capsys):
    assert run(memory(WHOLE), "--strategies", "everything", "nothing", "--json") == 0
    found = rows(capsys)
    assert list(found) == ["everything", "nothing", "yours: Memory"]
    everything, nothing, own = found.values()
    assert nothing["right"] == 0 < everything["right"]
    assert own["right"] == everything["right"], "it sends everything, too"
    assert own["used"]["calls"] == 18
    assert own["money"] > nothing["money"]


def test_the_same_seed_gives_the_same_and_another_one_other_talks(capsys):
    said = []
    for seed in ("3", "3", "4"):
        assert run("--strategies", "window", "--seed", seed, "--json") == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    questions = [[answer["question"] for answer in json.loads(text)["results"][0]["answers"]] for text in said]
    assert questions[0] != questions[2]


def test_the_table_has_a_row_for_each_and_what_is_drawn_is_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run("--strategies", "window", "nothing", "--chart", "chart.svg") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["nothing", "window"], "sorted by what they cost"
    assert "<svg" in (tmp_path / "chart.svg").read_text(encoding="utf-8")


def test_talks_of_ones_own(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = talks(99, number=1, turns=18, each=1)
    Path("talks.json").write_text("\ufeff" + talks_as_json(given), encoding="utf-8")
    assert compare.main(["--talks", "talks.json", "--strategies", "everything", "--json"]) == 0
    asked = [answer["question"] for answer in rows(capsys)["everything"]["answers"]]
    assert asked == [planted.question for planted in given[0].planted]


def test_all_strategies_are_compared_where_none_is_named():
    assert compare.chosen(compare.read_arguments([]).strategies) == list(STRATEGIES)


def test_a_memory_that_fails_in_the_middle_has_a_row_that_says_where(memory, capsys):
    assert run(memory(FAILS_IN_TURN.format(turn=7, error="ValueError")), "--strategies", "nothing", "--json") == 0
    found = rows(capsys)
    assert found["nothing"]["errors"] == []
    assert found["yours: Memory"]["errors"][0] == "turn 7: ValueError: that is enough"


@pytest.mark.parametrize("error", ["ValueError", "SystemExit", "NotImplementedError"])
def test_a_memory_that_fails_at_once_takes_no_other_along(memory, capsys, error):
    assert run(memory(FAILS_IN_TURN.format(turn=1, error=error)), "--strategies", "nothing") == 1
    said = capsys.readouterr().out
    assert "nothing" in said.split()
    assert "yours: Memory has no row" in said and error in said


def test_a_module_and_one_of_several_classes(memory, capsys):
    memory(WHOLE + SECOND, "a_module.py")
    assert run("a_module:Memory", "--strategies", "none", "--json") == 0
    assert list(rows(capsys)) == ["yours: Memory"]
    assert run("a_module.py", "--strategies", "none") == 2
    assert "a_module.py:Memory or a_module.py:Second" in capsys.readouterr().err


def test_a_function_that_makes_a_memory(memory):
    source = "class Inner:\n    def ask(self, text): return text\ndef Memory(client):\n    return Inner()\n"
    assert own_memory.strategy_from(memory(source) + ":Memory", Path()).name == "yours: Memory"
    source = "from types import SimpleNamespace\ndef Memory(client):\n    return SimpleNamespace(ask=str)\n"
    assert own_memory.strategy_from(memory(source, "plain.py"), Path()).name == "yours: Memory"


@pytest.mark.parametrize(
    ("source", "given", "words"),
    [
        (None, "nowhere.py", "no file"),
        (None, "no_such_module", "no module no_such_module"),
        ("x = 1", "mine.py", "no class with a method ask"),
        ("class Memory:\n    pass", "mine.py:Memory", "no method ask"),
        (WHOLE, "mine.py:Other", "has no Other"),
        ("def (", "mine.py", "in line 1"),
        ("\nraise RuntimeError('not today')", "mine.py", "in line 2"),
        ("import sys\nsys.exit(3)", "mine.py", "SystemExit"),
        ("class Memory:\n    def __init__(self): pass\n    def ask(self, text): pass", "mine.py", "takes no client"),
        (
            "class M:\n    def __init__(self, client, town): pass\n    def ask(self, text): pass",
            "mine.py",
            "needs town",
        ),
    ],
)
def test_what_is_no_memory_is_refused_with_a_reason(memory, capsys, source, given, words):
    if source is not None:
        memory(source)
    assert run(given) == 2
    said = capsys.readouterr()
    assert words in said.err and "Traceback" not in said.err and not said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--strategies", "wndow"), "Did you mean 'window'?"),
        (("--strategies", "window", "mine.py"), "Files come first"),
        (("--strategies", "none"), "nothing to compare"),
        (("--turns", "3"), "at least 18"),
        (("--talks", "nowhere.json"), "leave one of them out"),
        (("--max-tokens", "-1"), "the longest message alone"),
        (("--max-tokens", "50"), "the longest message alone"),
        (("--chart", "nowhere/chart.svg"), "no folder"),
        (("--chart", "chart.xyz"), ".svg"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert compare.main([*SMALL, *arguments]) == 2
    assert words in capsys.readouterr().err


ASKED = {"kind": "early", "question": "What is the tortoise called?", "answers": ["Tom"]}
TURN = {"user": "The tortoise is called Tom."}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no file"),
        ("[{]", "cannot be read as talks"),
        (json.dumps([{"turns": [TURN], "planted": []}]), "nothing is asked"),
        (json.dumps([{"turns": [TURN], "planted": [{"kind": "never said", "question": "Why?"}]}]), "nothing is asked"),
        (json.dumps([{"turns": [TURN], "planted": [ASKED | {"answers": "Tom"}]}]), '["Tom"]'),
        (json.dumps([{"turns": [TURN], "planted": [ASKED | {"wrong": "Tim"}]}]), '["Tim"]'),
    ],
)
def test_talks_that_cannot_be_asked_are_refused(tmp_path, monkeypatch, capsys, text, words):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("given.json").write_text(text, encoding="utf-8")
    assert compare.main(["--talks", "given.json", "--strategies", "window"]) == 2
    said = capsys.readouterr()
    assert words in said.err and not said.out


def test_settings_that_cannot_be_used_are_said_in_a_sentence():
    settings = {"OPENAI_BASE_URL": "http://localhost:11434/v1", "OPENAI_MODEL": "", "WORKBOOK_OFFLINE": ""}
    done = subprocess.run(
        [sys.executable, compare.__file__, "--strategies", "window"],
        env=os.environ | settings,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 2
    assert "OPENAI_MODEL" in done.stderr and "Traceback" not in done.stderr


def test_ctrl_c_shows_what_was_compared_until_then(monkeypatch, capsys):
    server, asked = offline_server(), []

    def client_for(talk):
        asked.append(talk)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return server.client()

    monkeypatch.setattr(compare, "client_for", client_for)
    assert run("--strategies", "nothing", "window", "everything") == 130
    said = capsys.readouterr()
    assert "nothing" in said.out and "window" not in said.out
    assert "Stopped" in said.err and len(asked) == 2


# A model that is paid for


@pytest.fixture
def paid(monkeypatch):
    """A model that is paid for answers, as it seems: `requests` are those that it got."""
    seen = SimpleNamespace(requests=0)
    server = offline_server()

    def client():
        seen.requests += 1
        return server.client()

    monkeypatch.setattr(compare, "SETTINGS", Settings("gpt-6-luna", key="not-a-key"))
    monkeypatch.setattr(compare, "MODEL", "gpt-6-luna")
    monkeypatch.setattr(compare, "get_client", client)
    return seen


class Terminal:
    """Where somebody sits who answers a question."""

    def __init__(self, answer: str, there: bool = True) -> None:
        self.answer, self.there = answer, there

    def isatty(self) -> bool:
        return self.there

    def readline(self) -> str:
        return self.answer


@pytest.mark.parametrize(
    "terminal", [Terminal("n\n"), Terminal("\n"), Terminal(""), Terminal("y\n", there=False), None]
)
def test_nothing_is_spent_unless_somebody_says_yes(monkeypatch, capsys, paid, memory, terminal):
    monkeypatch.setattr(sys, "stdin", terminal)
    assert run(memory(PLAIN.format(model="llama3.2")), "--strategies", "nothing", "--json") == 1
    said = capsys.readouterr()
    assert paid.requests == 0 and not said.out
    bill = {line.rsplit(maxsplit=4)[0].strip(): line.split() for line in said.err.splitlines() if line.count(".") == 1}
    costs = {name: float(bill[name][-1]) for name in ("nothing", "yours: Memory", "in all")}
    assert 0 < costs["nothing"] < costs["yours: Memory"], "each by itself, the own one too, whatever model it names"
    assert costs["in all"] == pytest.approx(costs["nothing"] + costs["yours: Memory"], abs=0.0002)
    assert "No question was sent, and nothing spent" in said.err


def test_ctrl_c_during_the_estimate_shows_no_result_and_spends_nothing(monkeypatch, capsys, paid):
    seen = []

    def told(text):
        seen.append(text)
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(compare, "tell", told)
    assert run("--strategies", "nothing", "window", "--yes") == 130
    assert paid.requests == 0 and not capsys.readouterr().out


@pytest.mark.parametrize("way", ["--yes", "terminal"])
def test_with_a_yes_the_model_is_asked(monkeypatch, capsys, paid, way):
    monkeypatch.setattr(sys, "stdin", Terminal("Yes\n", there=way == "terminal"))
    assert run("--strategies", "nothing", "--json", *(["--yes"] if way == "--yes" else [])) == 0
    said = capsys.readouterr()
    assert paid.requests == 1 and rows_of(said.out) == ["nothing"]
    assert "What gpt-6-luna" in said.err, "the price is said first, in any case"


def rows_of(text: str) -> list[str]:
    return [row["strategy"] for row in json.loads(text)["results"]]
