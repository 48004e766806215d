"""A line chart shows the numbers it is given, to the byte the same everywhere, to those who see it and those who do not."""

import math
import os
import re
import subprocess
import sys
import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat_memory import line_chart
from chat_memory.drawing.safe_text import width
from chat_memory.drawing.scales import counted, from_zero, logarithmic, number

from .pictures_read import SVG, contrast, inks, read, texts

SIZES = {"everything": [33, 55, 75, 376, 412], "last three turns": [33, 55, 75, 70, 68]}
HUNDRED = list(range(1, 101))


def chart(values=None, **more):
    return line_chart(SIZES if values is None else values, **{"x": "turn", "y": "tokens", **more})


def paths(picture, **attributes) -> list[str]:
    """The paths that are drawn on the card itself, not in the legend."""
    return [
        path.get("d")
        for path in read(picture).findall(f"{SVG}path")
        if all(path.get(name.replace("_", "-")) == value for name, value in attributes.items())
    ]


def lines(picture) -> list[list[tuple[float, float]]]:
    """The points of each line."""
    found = paths(picture, stroke_width="2")
    return [[tuple(map(float, point.split())) for point in path[1:].split("L")] for path in found]


def ground(picture) -> tuple[float, float, float, float]:
    """The rectangle in which lines may lie: left, right, top, bottom, as its grid has it."""
    found = [
        re.fullmatch(r"M(\S+) (\S+)H(\S+)", path).groups() for path in paths(picture) if re.search(r" \S+H\S+$", path)
    ]
    left, tops, right = found[0][0], [float(top) for _, top, _ in found], found[0][2]
    return float(left), float(right), min(tops), max(tops)


def test_each_value_is_drawn_where_the_axes_say():
    drawn = lines(chart())
    left, right, top, bottom = ground(chart())  # 0 to 500, turns 1 to 5
    for values, points in zip(SIZES.values(), drawn, strict=True):
        assert [x for x, _ in points] == pytest.approx([left + (right - left) * at / 4 for at in range(5)], abs=0.1)
        assert [y for _, y in points] == pytest.approx([bottom - (bottom - top) * v / 500 for v in values], abs=0.1)


def test_the_axes_are_named_and_have_round_ticks():
    said = texts(chart(title="What each turn costs"))
    assert said[0] == "What each turn costs"
    assert {"tokens", "turn", "0", "100", "200", "300", "400", "500", "1", "5"} <= set(said)


def test_lines_are_told_apart_without_colour_and_named_in_a_legend():
    values = {f"line {at}": [at, at + 1] for at in range(1, 7)}
    drawn = chart(values, lines={"window": 5, "limit": 4})
    assert [label for label in texts(drawn) if label in {*values, "window", "limit"}] == [*values, "window", "limit"]
    strokes = [path for path in read(drawn).iter(f"{SVG}path") if path.get("stroke-width") in ("2", "1.5")]
    looks = [(path.get("stroke-width"), path.get("stroke-dasharray")) for path in strokes]
    assert len(set(looks)) == 8
    assert all(looks.count(look) == 2 for look in looks)  # in the legend and on the ground
    marks = {re.sub(r"M\S+ [\d.]+", "", path) for path in paths(drawn, stroke_width="0.8")}
    assert len({re.sub(r"(m\S+.*?z).*", r"\1", mark) for mark in marks}) == 6


def test_a_level_line_is_drawn_at_its_value_and_says_it():
    drawn = chart(lines={"window": 400})
    left, right, top, bottom = ground(drawn)
    [path] = paths(drawn, stroke_width="1.5")
    assert path == f"M{left:g} {bottom - (bottom - top) * 0.8:.1f}H{right:g}"
    assert "400" in texts(drawn)
    assert max(tick for tick in from_zero([412, 900], 0, 1).ticks) >= 900  # it is on the axis even above all values
    assert "window: a level line at 400." in drawn.alt


def test_it_says_in_words_what_the_curves_say():
    said = chart({"up": [1, 2, 3], "peak": [2, 9, 1], "pit": [5, 0, 4], "flat": [7, 7], "point": [8]}).alt
    assert said == (
        "tokens, by turn. up: from 1 at turn 1 to 3 at turn 3. peak: from 2 at turn 1 to 1 at turn 3, highest 9 at "
        "turn 2. pit: from 5 at turn 1 to 4 at turn 3, lowest 0 at turn 2. flat: 7 from turn 1 to turn 2. point: 8 at turn 1."
    )
    root = read(chart(title="Costs"))
    assert root.get("role") == "img"
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == ("Costs", chart().alt)
    assert root.get("aria-label") == f"Costs. {chart().alt}"
    assert read(chart()).find(f"{SVG}title").text == "tokens, by turn"


def test_in_a_terminal_it_is_a_table():
    assert chart(title="Costs", lines={"window": 400}).text.splitlines() == [
        "Costs",
        "tokens, by turn",
        "                                                   first    highest       last",
        "─" * 78,
        "everything              ▁▂▂▆▇                         33        412        412",
        "last three turns        ▁▂▂▂▂                         33         75         68",
        "window                  level ▇                      400",
    ]


def test_a_notebook_gets_the_picture_and_the_table_and_a_script_the_table():
    drawn = chart()
    assert drawn._repr_mimebundle_() == {"image/svg+xml": drawn.svg, "text/plain": drawn.text}
    assert str(drawn) == repr(drawn) == drawn.text


def test_the_bytes_are_the_same_in_another_process():
    code = (
        "import sys; from chat_memory import line_chart\n"
        "drawn = line_chart({'Grüße, 世界 🌸': [0.1, 2.7, 1e6 / 3]}, x='turn', y='€')\n"
        "sys.stdout.buffer.write((drawn.svg + drawn.text).encode())"
    )
    drawn = line_chart({"Grüße, 世界 🌸": [0.1, 2.7, 1e6 / 3]}, x="turn", y="€")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "COLUMNS": "40"}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    assert other.decode() == drawn.svg + drawn.text


def test_every_text_and_every_line_is_seen_on_the_card():
    drawn = chart({f"line {at}": [at, at + 1] for at in range(6)}, lines={"limit": 4}, title="All of them")
    pairs = inks(read(drawn))
    assert len(pairs) > 20 and min(contrast(*pair) for pair in pairs) >= 4.5
    card = read(drawn).find(f"{SVG}rect").get("fill")
    strokes = {
        path.get("stroke") for path in read(drawn).iter(f"{SVG}path") if path.get("stroke-width") in ("2", "1.5")
    }
    assert len(strokes) == 7 and min(contrast(stroke, card) for stroke in strokes) >= 3


def test_values_of_any_kind_of_number_and_of_any_iterable():
    class Dollars:
        def __float__(self):
            return 2.5

    drawn = chart({"mixed": (value for value in [1, Fraction(1, 2), Dollars()])})
    assert drawn.lines == (("mixed", (1.0, 0.5, 2.5)),)


def test_later_changes_of_the_values_do_not_change_what_is_drawn():
    values = {"a": [1, 2]}
    drawn = chart(values)
    before = drawn.svg
    values["a"].append(3)
    values["b"] = [1]
    assert drawn.svg == before


def test_a_shorter_line_ends_earlier():
    long, short = lines(chart({"long": [1, 2, 3, 4], "short": [4, 3]}))
    assert [len(long), len(short)] == [4, 2]
    assert short[-1][0] == long[1][0]


def test_of_many_points_those_that_are_seen_are_drawn():
    values = [math.sin(at / 50) for at in range(10_000)]
    values[7_777] = 40.0  # a single spike
    drawn = chart({"many": values})
    assert len(drawn.svg) < 40_000
    [points] = lines(drawn)
    _, _, top, bottom = ground(drawn)
    scale = from_zero(values, bottom, top)
    assert min(y for _, y in points) == round(scale.place(40.0), 1)
    assert len(drawn.text.splitlines()) == 4


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({}, ValueError, "no line to draw"),
        ({"a": []}, ValueError, "The line 'a' has no values"),
        ({"a": [1, float("nan")]}, ValueError, "Value 2 of the line 'a' must be a finite number.*got nan"),
        ({"a": [float("-inf")]}, ValueError, "finite number"),
        ({"a": [10**400]}, ValueError, "finite number, at most 1e\\+300, got inf"),
        ({"a": [1, None]}, TypeError, "Value 2 of the line 'a' must be a number, got None"),
        ({"a": ["3"]}, TypeError, "must be a number, got '3'"),
        ({"a": [True]}, TypeError, "must be a number, got True"),
        ({"a": "123"}, TypeError, "must be a list of numbers, got str"),
        ({"a": 5}, TypeError, "must be a list of numbers, got int"),
        ({"a": {1: 2}}, TypeError, "must be a list of numbers, got dict"),
        ([1, 2, 3], TypeError, "values must be a dict with a label for each line, got list"),
        ({str(at): [1] for at in range(7)}, ValueError, "values has 7 lines; 6 are the most"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(values, error, words):
    with pytest.raises(error, match=words):
        chart(values)


def test_so_are_level_lines():
    with pytest.raises(TypeError, match="The level line 'window' must be a number, got '400'"):
        chart(lines={"window": "400"})
    with pytest.raises(TypeError, match="lines must be a dict with a label for each line, got list"):
        chart(lines=[400])
    with pytest.raises(ValueError, match="lines has 5 lines; 4 are the most"):
        chart(lines=dict.fromkeys("abcde", 1))


VALUE = st.floats(-1e300, 1e300) | st.integers(-(10**18), 10**18) | st.floats(0, 1) | st.just(0)
NASTY = [
    "<script>alert(1)</script>",
    "]]>",
    "&amp;",
    '"',
    "'",
    "\x1b[31m",
    "\x00",
    "\u202e",
    "\ud800",
    "\uffff",
    "\r\n",
]
NASTY += ["<!--", "<rect/>", "日本", "👨‍👩‍👧‍👦", "e\u0301", "word " * 99, "אבג"]
TEXT = st.lists(st.sampled_from(NASTY) | st.text(st.characters(), max_size=8), max_size=6).map("".join)
LINES = st.dictionaries(TEXT, st.lists(VALUE, min_size=1, max_size=30), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(values=LINES, levels=st.dictionaries(TEXT, VALUE, max_size=4), x=TEXT, y=TEXT, title=TEXT)
@example(values={"a": [5e-324]}, levels={}, x="", y="", title="")
@example(values={"a": [1e300, -1e300]}, levels={"b": -1e300}, x="", y="", title="")
def test_whatever_it_is_given_the_picture_is_sound(values, levels, x, y, title):
    drawn = line_chart(values, x=x, y=y, title=title, lines=levels)
    tags = [element.tag.removeprefix(SVG) for element in read(drawn).iter()]
    assert set(tags) <= {"svg", "title", "desc", "text", "rect", "path"} and tags.count("rect") == 1
    assert not {name for element in read(drawn).iter() for name in element.attrib} & {"id", "class", "style", "href"}
    left, right, top, bottom = ground(drawn)
    for points in lines(drawn):
        assert all(left <= a <= right and top - 0.1 <= b <= bottom + 0.1 for a, b in points)
        assert [a for a, _ in points] == sorted(a for a, _ in points)
    ends = [(float(e.get("y")), e.text) for e in read(drawn).iter(f"{SVG}text") if e.get("font-weight") == "600"]
    ends = [at for at, said in ends[bool(drawn.title) :]] if drawn.title else [at for at, _ in ends]
    assert all(after - before >= 14.8 for before, after in pairwise(ends))  # rounded to 0.1 px
    assert all(width(line) <= 78 for line in drawn.text.splitlines())
    for shown in (drawn.svg, drawn.text.replace("\n", "")):
        shown.encode()  # no half characters
        forbidden = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - set("\u200c\u200d\u200e")
        assert not forbidden


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUE, min_size=1, max_size=20))
@example([1.0, 1 + 2**-52])
@example([0.3])
@example([999_999_999])
def test_ticks_are_round_increase_and_hold_all_values(values):
    scale = from_zero(values, 200, 0)
    assert 2 <= len(scale.ticks) <= 7
    assert all(one < other for one, other in pairwise(scale.ticks))
    assert scale.low <= min(0, *values) and max(0, *values) <= scale.high and 0 in scale.ticks
    assert len(set(scale.labels)) == len(scale.ticks)
    steps = {f"{b - a:.3g}" for a, b in pairwise(scale.ticks)}
    assert len(steps) == 1 and re.match(r"(1|2|2\.5|25|5)0*(e[+-]\d+)?$", steps.pop().replace("0.", "").lstrip("0"))
    if all(isinstance(value, int) for value in values):
        assert all(tick == int(tick) for tick in scale.ticks)


@given(st.integers(1, 10**7), st.integers(3, 12))
def test_turns_are_counted_from_one_in_whole_steps(count, most):
    scale = counted(count, 0, 400, most=most)
    assert 1 <= len(scale.ticks) <= most + 1
    assert all(one < other for one, other in pairwise(scale.ticks))
    assert scale.ticks[0] >= 1 and scale.ticks[-1] <= count
    assert 0 <= scale.place(1) <= scale.place(count) <= 400


@settings(deadline=None)
@given(st.lists(st.floats(1e-200, 1e200), min_size=1, max_size=9))
def test_a_logarithmic_axis_holds_its_values_between_its_ends(values):
    scale = logarithmic(values, 0, 400)
    assert 2 <= len(scale.ticks) <= 12
    assert all(0 <= scale.place(value) <= 400 for value in values)
    assert all(one < other for one, other in pairwise(scale.ticks))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"), (-0.0, "0"), (5, "5"), (361, "361"), (12_345, "12,345"), (999_999, "999,999"), (1_860_000, "1.86 M"),
        (2_000_000_000, "2 B"), (1.5, "1.5"), (-14.52, "−14.5"), (0.00123, "0.00123"), (1e-9, "1e-9"), (3e20, "3e20"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_write_them(value, said):
    assert number(value) == said
