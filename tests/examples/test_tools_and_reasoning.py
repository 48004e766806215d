"""The example of lesson 11 with other budgets: a large result is shortened, and one that is too small is refused."""

import re

from .running import TOOLS, Done, assert_clean, replies, run

FULL = re.compile(r"\[([\d,]+) of ([\d,]+) tokens\]")


def sizes(done: Done) -> list[tuple[int, int]]:
    """How full the memory was after each turn: its tokens, and the budget."""
    return [(int(used.replace(",", "")), int(budget.replace(",", ""))) for used, budget in FULL.findall(done.stdout)]


def test_11_a_large_result_is_shortened_and_the_budget_is_kept(tmp_path):
    for budget in (700, 1200, 3000):
        done = run(TOOLS, tmp_path, "--budget", str(budget))
        assert_clean(done)
        assert len(sizes(done)) == 6 and all(used <= most == budget for used, most in sizes(done))
        assert "Ana" in replies(done.stdout)[-1]
        timetable = re.search(r"^tool +trains → .* (\d+)$", done.stdout, re.M)
        assert not timetable or (int(timetable[1]) < 700) == (budget < 3000)


def test_11_says_when_a_budget_is_too_small(tmp_path):
    done = run(TOOLS, tmp_path, "--budget", "50")
    assert done.returncode == 2 and "--budget must be at least" in done.stderr and "max_tokens" not in done.stderr
