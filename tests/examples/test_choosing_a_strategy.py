"""The example of lesson 14: everything leaves nothing out, nothing knows nothing, and a perfect writer loses nothing."""

import re
from pathlib import Path

from .running import assert_clean, run

ROW = r"^(\w[\w ,]*?)  +([\d.]+)  +[\d.]+  +(\d+)%  +(\d+)  +(\d+)  "


def test_14_what_is_remembered_and_what_it_costs_is_told_for_each_strategy(tmp_path: Path):
    done = run("14_choosing_a_strategy", tmp_path, "--seed", "14")
    assert_clean(done)
    rows = {name: (float(cost), int(recall)) for name, cost, recall, *_ in re.findall(ROW, done.stdout, re.M)}
    assert list(rows) == sorted(rows, key=lambda name: rows[name][0]), "the cheapest first"
    assert len(rows) == 6 and rows["nothing"][1] == 0
    assert rows["budget, cut lower"][1] < rows["facts and summary"][1] < rows["facts and summary, oracle"][1]
    assert rows["everything"][1] > 90 and rows["facts and summary, oracle"][1] > 90

    assert rows["turns found by search"][1] > rows["facts and summary"][1]

    right = re.search(r"\(right: (.*)\)", done.stdout)[1]
    everything, window = re.findall(r"^    (?:everything|the last 8 turns) +(.*)", done.stdout, re.M)
    assert right in everything and right not in window
    day = dict(re.findall(r"([a-z][a-z ,]*?) \$([\d.]+)", done.stdout.split("A message a day, for 1,000 talks: ")[1]))
    assert max(day, key=lambda name: float(day[name])).strip(", ") == "everything"
    assert "more than chance" in done.stdout
