"""Every example runs from a terminal in any folder, without typing, and says what its lesson says."""

import itertools
import re
from typing import Any, NamedTuple

import openai
import pytest

from mock_model import MockServer

from .running import (
    ATTACKED,
    CHAT,
    EXAMPLES,
    FULLNESS,
    KNOWING,
    MEMORY,
    SAVING,
    TOOLS,
    Done,
    assert_clean,
    replies,
    results_of_attacks,
    run,
    run_alone,
    run_noted,
)

ASKED = re.compile(r"You: +(.*)\n +\[note: +(.*)\]\n +Model: +(.*)")  # in the example of lesson 09


class Seen(NamedTuple):
    """What came of an example: where all characters can be shown, where few can be, and the files that it left behind."""

    said: Done
    few: Done
    left: list[str]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Every example, run once in a folder that holds nothing.

    Where few characters can be shown, as on Windows, where a program whose output goes into a file may write cp1252 only:
    what cannot be written there ends it, and what it wrote is known before it was encoded.
    """
    outcomes = {}
    for example in EXAMPLES:
        folder = tmp_path_factory.mktemp("elsewhere")
        done, written = run_noted(example.stem, folder, PYTHONIOENCODING="ascii")
        left = [path.name for path in folder.iterdir()]
        outcomes[example.stem] = Seen(Done(done.returncode, **written), done, left)
    return outcomes


@pytest.fixture(scope="module")
def outputs(seen: dict[str, Seen]) -> dict[str, Done]:
    """What every example said, and how it ended."""
    return {example: one.said for example, one in seen.items()}


def test_there_are_examples():
    assert [example.stem for example in EXAMPLES][:2] == ["01_stateless_calls", CHAT]


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_runs_from_any_folder(outputs, example):
    assert_clean(outputs[example])
    assert outputs[example].stdout.strip()


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_runs_where_few_characters_can_be_shown(seen, example):
    assert_clean(seen[example].few)
    assert seen[example].few.stdout == seen[example].said.stdout.encode("ascii", "replace").decode()


@pytest.mark.parametrize("example", [example.stem for example in EXAMPLES])
def test_an_example_leaves_nothing_behind(seen, example):
    assert seen[example].left == []


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


@pytest.mark.parametrize("example", [CHAT, SAVING])
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


def test_08_a_killed_program_costs_the_turn_in_flight_and_nothing_else(outputs):
    output = outputs[SAVING].stdout
    before, after = re.findall(r"Saved turns: 8 \(in the summary (\d+), .*", output)
    assert before == after != "0"
    assert "The half reply and its question are gone, nothing else." in output.partition("The third program")[2]
    broken, last = replies(output)
    assert len(broken.split()) == 1 and "Biscuit" in last
    assert "On record since the first program: My name is Ana, and my dog is called Biscuit." in output


def test_09_facts_outlast_conversations_and_stay_with_their_user(outputs):
    output = outputs[KNOWING].stdout
    days = re.split(r"\n(?=\d+ March, a new conversation with )", output)
    asked = {day.splitlines()[0]: ASKED.findall(day) for day in days[1:]}
    ana = {line.split()[0]: turns for line, turns in asked.items() if line.endswith("ana")}
    bens = [turn for line, turns in asked.items() if line.endswith("ben") for turn in turns]
    dog, home = ana["8"][:2]
    assert "Biscuit" in dog[1] and "Biscuit" in dog[2] and "Porto" in home[2]
    question, note, reply = ana["15"][0]
    assert question == "Where do I live?" and "Braga" in note and "Porto" not in note and "Braga" in reply
    assert bens and not any(word in note for _, note, _ in bens for word in ("Porto", "Braga", "Biscuit"))
    assert any("dog" in question and "find no answer" in reply for question, _, reply in bens)


def test_09_what_is_corrected_is_on_record_and_what_is_forgotten_is_gone(outputs):
    said = outputs[KNOWING].stdout
    assert said.count("in place of: The user lives in Porto.") == 1
    assert re.search(r"The user lives in Porto\. \(.*replaced by \d+\)", said)
    assert "Deleted conversations: ana-1, ana-8" in said and "still in the file? No." in said
    last = said.rindex("22 March")
    assert ASKED.findall(said[last:])[0][1] == "none" and "find no answer" in said[last:]
    assert "Biscuit" not in said[last:]


def test_10_a_careless_memory_falls_to_every_attack_and_a_defended_one_to_none(outputs):
    output = outputs[ATTACKED].stdout
    careless, defended = output.split("A memory with defences")
    assert results_of_attacks(careless) == ["worked"] * 9 and results_of_attacks(defended) == ["stopped"] * 9
    assert max(map(len, output.splitlines())) == 80
    assert len(re.findall("^- ", defended.partition("What stays open")[2], re.M)) == 9


def test_11_calls_are_told_and_a_failing_one_ends_nothing(outputs):
    output = outputs[TOOLS].stdout
    assert not FULLNESS.findall(output)
    lines = output.splitlines()
    assert '       [calls weather({"city":"Nara"})]' in lines
    assert any(line.startswith("       [failed: ") and "no forecast for Nara" in line for line in lines)
    said = replies(output)
    assert len(said) == 6 and "14 degrees" in said[1] and "23:10" in said[3] and said[5] == "Your name is Ana."


def test_11_reasoning_goes_with_its_turn_and_never_alone(outputs):
    kept, bare, left_out = outputs[TOOLS].stdout.splitlines()[-3:]
    assert "answered: " in kept and "Biscuit" in kept
    assert "refused: The `reasoning_content` in the thinking mode must be passed back" in bare
    assert "answered: " in left_out and "Biscuit" in left_out
    tokens = [int(re.search(r"(\d+) tokens", line)[1]) for line in (kept, bare, left_out)]
    assert tokens == sorted(tokens, reverse=True)


def test_12_the_same_is_read_and_the_talk_that_is_cut_seldom_is_the_cheapest(outputs):
    output = outputs["12_prompt_cache"].stdout
    (_, tokens, *first), (_, again, *second) = re.findall(
        r"The (\w+) time: (\d+) prompt tokens, (\d+) read, (\d+) written", output
    )
    written = int(tokens) - 3  # those that prime the reply
    assert (tokens, first, second) == (again, ["0", str(written)], [str(written), "0"])

    rows = re.findall(r"^(\w.*?) +(\d+) prompt tokens, +(\d+)% read, +(\d+)% written: \$([\d.]+)$", output, re.M)
    ways = {way: (int(sent), int(read), float(cost)) for way, sent, read, _, cost in rows}
    trimmed, in_front, seldom = ways["trimmed in each turn"], ways["clock in front"], ways["cut seldom, clock last"]
    assert in_front[0] == seldom[0] < trimmed[0]
    assert in_front[1] == 0 and seldom[1] >= 50
    assert 2 * seldom[2] < trimmed[2] < in_front[2], "fewer tokens than when it is trimmed, and a higher bill"
    assert output.count('What time is it? The notes say: "It is 10:39."') == 3, "wherever the clock stands, it is read"


def test_13_whoever_keeps_the_talk_each_turn_is_billed_for_all_of_it(outputs):
    output = outputs["13_server_side_state"].stdout
    rows = re.findall(r"^(resent|chain|conversation) +([\d ]+?) {3}(.*)$", output, re.M)
    ways = {way: (billed.split(), reply) for way, billed, reply in rows}
    assert ways.keys() == {"resent", "chain", "conversation"}
    assert ways["resent"] == ways["chain"] == ways["conversation"], "the same tokens and the same last answer"
    billed, reply = ways["chain"]
    assert [int(tokens) for tokens in billed] == sorted({int(tokens) for tokens in billed}) and "Biscuit" in reply


def test_13_the_talk_goes_on_at_home_and_where_the_server_keeps_it_no_longer(outputs):
    kept, home, forgotten, ignored = outputs["13_server_side_state"].stdout.split("\n\n")
    assert home.startswith("Brought home: 10 messages.")
    assert all(
        part.rstrip().endswith("What is my dog called? Your dog is called Biscuit.")
        for part in (home, forgotten, ignored)
    )
    assert "[the server no longer has the response" in forgotten and "[the server" in ignored and "[" not in kept + home


def test_14_what_is_remembered_and_what_it_costs_is_told_for_each_strategy(outputs):
    output = outputs["14_choosing_a_strategy"].stdout
    found = re.findall(r"^(\w[\w ,]*?)  +([\d.]+)  +[\d.]+  +(\d+)%  +(\d+)  +(\d+)  ", output, re.M)
    rows = {name: (float(cost), int(recall)) for name, cost, recall, *_ in found}
    assert list(rows) == sorted(rows, key=lambda name: rows[name][0]), "the cheapest first"
    assert len(rows) == 6 and rows["nothing"][1] == 0
    assert rows["budget, cut lower"][1] < rows["facts and summary"][1] < rows["facts and summary, oracle"][1]
    assert rows["everything"][1] > 90 and rows["facts and summary, oracle"][1] > 90

    assert rows["turns found by search"][1] > rows["facts and summary"][1]

    right = re.search(r"\(right: (.*)\)", output)[1]
    everything, window = re.findall(r"^    (?:everything|the last 8 turns) +(.*)", output, re.M)
    assert right in everything and right not in window
    day = dict(re.findall(r"([a-z][a-z ,]*?) \$([\d.]+)", output.split("A message a day, for 1,000 talks: ")[1]))
    assert float(day["everything"]) > 2 * rows["everything"][0], "nothing is read from the cache"
    assert "more than chance" in output
