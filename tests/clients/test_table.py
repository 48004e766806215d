"""The table: a row for each check, a column for each client, and every gap with its reason."""

from .program import Result
from .table import in_a_terminal, in_markdown, summary

OUTCOMES = {
    "first": [Result("chat", "ok"), Result("stream", "gap", "It has no streams | at all."), Result("tools", "ok")],
    "second": [Result("chat", "failed", "It was <Tilly>."), Result("tools", "ok")],
}


def test_a_terminal_shows_each_mark_in_its_column():
    lines = in_a_terminal(OUTCOMES).splitlines()
    assert lines[:2] == ["  1  first               2 ✓    0 ✗    1 –", "  2  second              1 ✓    1 ✗    0 –"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[4:7]}
    assert rows == {"chat": ["✓", "✗"], "tools": ["✓", "✓"], "stream": ["–"]}
    assert "first, stream: It has no streams | at all." in lines[-1]


def test_the_page_has_the_table_the_reasons_and_the_versions():
    page = in_markdown(OUTCOMES, {"first": ["one==1.0", "two[x]==2.1"], "second": []})
    assert "| chat | ✓ | ✗ |" in page
    assert "| tools | ✓ | ✓ |" in page and "| stream |" not in page
    assert "| **all checks** | 2 ✓<br>1 – | 1 ✓<br>1 ✗ |" in page
    assert "- **first**: stream –\n" in page and "- **second**: \n" not in page
    assert "- **first**, stream: It has no streams \\| at all." in page
    assert "- **second**, chat: It was &lt;Tilly>." in page
    assert "- **first**: one 1.0, two[x] 2.1" in page
    assert page.endswith("- **second**: that of the machine\n")


def test_a_summary_counts_each_result():
    assert summary(OUTCOMES["first"]).split() == ["2", "✓", "0", "✗", "1", "–"]
