"""The example of lesson 11: calls as they come, a result that is shortened, and what a server says without reasoning."""

import re

from .running import FULLNESS, Done, assert_clean, replies, run

TOOLS = "11_tools_and_reasoning"
FULL = re.compile(r"\[([\d,]+) of ([\d,]+) tokens\]")


def sizes(done: Done) -> list[tuple[int, int]]:
    """How full the memory was after each turn: its tokens, and the budget."""
    return [(int(used.replace(",", "")), int(budget.replace(",", ""))) for used, budget in FULL.findall(done.stdout)]


def test_11_calls_are_told_and_a_failing_one_ends_nothing(tmp_path):
    done = run(TOOLS, tmp_path)
    assert_clean(done)
    assert not FULLNESS.findall(done.stdout)
    lines = done.stdout.splitlines()
    assert '       [calls weather({"city":"Nara"})]' in lines
    assert any(line.startswith("       [failed: ") and "no forecast for Nara" in line for line in lines)
    said = replies(done.stdout)
    assert len(said) == 6 and "14 degrees" in said[1] and "23:10" in said[3] and said[5] == "Your name is Ana."


def test_11_a_large_result_is_shortened_and_the_budget_is_kept(tmp_path):
    for budget in (700, 1200, 3000):
        done = run(TOOLS, tmp_path, "--budget", str(budget))
        assert_clean(done)
        assert len(sizes(done)) == 6 and all(used <= most == budget for used, most in sizes(done))
        assert "Ana" in replies(done.stdout)[-1]
        timetable = re.search(r"^tool +trains → .* (\d+)$", done.stdout, re.M)
        assert not timetable or (int(timetable[1]) < 700) == (budget < 3000)


def test_11_reasoning_goes_with_its_turn_and_never_alone(tmp_path):
    kept, bare, left_out = run(TOOLS, tmp_path).stdout.splitlines()[-3:]
    assert "answered: " in kept and "Biscuit" in kept
    assert "refused: The `reasoning_content` in the thinking mode must be passed back" in bare
    assert "answered: " in left_out and "Biscuit" in left_out
    tokens = [int(re.search(r"(\d+) tokens", line)[1]) for line in (kept, bare, left_out)]
    assert tokens == sorted(tokens, reverse=True)


def test_11_says_when_a_budget_is_too_small(tmp_path):
    done = run(TOOLS, tmp_path, "--budget", "50")
    assert done.returncode == 2 and "--budget must be at least" in done.stderr and "max_tokens" not in done.stderr
