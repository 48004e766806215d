"""Every example runs from a terminal in any folder, without typing, and says what its lesson says."""

import itertools
import re
from typing import Any

import openai
import pytest

from mock_model import MockServer

from .running import CHAT, EXAMPLES, FULLNESS, MEMORY, Done, assert_clean, replies, run, run_alone


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    """Every example, run once in a folder that holds nothing."""
    folder = tmp_path_factory.mktemp("elsewhere")
    return {example.stem: run(example.stem, folder) for example in EXAMPLES}


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


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_ctrl_c_in_the_middle_of_an_example_leaves_no_traceback(tmp_path, monkeypatch, example):
    def interrupted(*request: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MockServer, "handle", interrupted)
    assert_clean(run(example, tmp_path))


# What they say


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


def test_07_summarises_and_still_knows_the_first_turn(outputs):
    output = outputs[MEMORY].stdout
    assert "Biscuit" in replies(output)[-1] and len(replies(output)) == 11
    assert re.search(r"\[Summarised: \d turns folded\.", output)
    assert "Biscuit" in re.search(r"^Summary: (.*)", output, flags=re.M)[1]
    fullness = [(int(used), int(budget)) for used, budget in FULLNESS.findall(output)]
    assert len(fullness) == 11 and all(0 < used <= budget == 360 for used, budget in fullness)
    assert fullness[-1] < fullness[-2], "a fold makes room"
