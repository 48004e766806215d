"""The example of lesson 12: what is read from the cache, and which way of sending the same talk costs least."""

import re
from pathlib import Path

from .running import assert_clean, run

ASKED = r"The (\w+) time: (\d+) prompt tokens, (\d+) read, (\d+) written"
WAY = r"^(\w.*?) +(\d+) prompt tokens, +(\d+)% read, +(\d+)% written: \$([\d.]+)$"


def test_12_the_same_is_read_and_the_talk_that_is_cut_seldom_is_the_cheapest(tmp_path: Path):
    done = run("12_prompt_cache", tmp_path)
    assert_clean(done)
    (_, tokens, *first), (_, again, *second) = re.findall(ASKED, done.stdout)
    written = int(tokens) - 3  # those that prime the reply
    assert (tokens, first, second) == (again, ["0", str(written)], [str(written), "0"])

    ways = {way: (int(sent), int(read), float(cost)) for way, sent, read, _, cost in re.findall(WAY, done.stdout, re.M)}
    trimmed, in_front, seldom = ways["trimmed in each turn"], ways["clock in front"], ways["cut seldom, clock last"]
    assert in_front[0] == seldom[0] < trimmed[0]
    assert in_front[1] == 0 and seldom[1] >= 50
    assert 2 * seldom[2] < trimmed[2] < in_front[2], "fewer tokens than when it is trimmed, and a higher bill"
    assert done.stdout.count('What time is it? The notes say: "It is 10:39."') == 3, (
        "wherever the clock stands, it is read"
    )
