"""A request is shown as it is sent, to the byte the same everywhere, whatever its text holds."""

import os
import subprocess
import sys
import unicodedata
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_memory import count_tokens, message_tokens, show_request

from .pictures_read import SVG, contrast, inks, texts

TRIP = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "I'm planning a trip to Japan."},
    {"role": "assistant", "content": "Spring is lovely."},
    {"role": "user", "content": "When should I visit?"},
]  # 7 + 11 + 8 + 9, and 3 to prime the reply: 38 tokens
CALLS = [
    {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Kyoto"}'}},
    {"id": "c2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}},
]
LONG = [{"role": "user" if i % 2 == 0 else "assistant", "content": f"Message {i}"} for i in range(200)]


def both(view) -> list[str]:
    return [view.text, "\n".join(texts(view))]


def columns(line: str) -> int:
    """Columns of a terminal: Chinese and emoji take two, marks none."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in line
    )


def test_messages_are_shown_in_order_with_role_text_and_tokens():
    rows = show_request(TRIP).text.splitlines()[2:6]
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [
        ("system", "7"),
        ("user", "11"),
        ("assistant", "8"),
        ("user", "9"),
    ]
    assert all(message["content"] in row for message, row in zip(TRIP, rows, strict=True))
    drawn = texts(show_request(TRIP))
    expected = [part for m in TRIP for part in (m["content"], m["role"], str(message_tokens(m)))]
    assert [text for text in drawn if text in expected] == expected


def test_the_total_is_what_the_server_counts_and_says_where_the_rest_comes_from():
    assert count_tokens(TRIP) == 38
    view = show_request(TRIP)
    assert view.tokens == 38
    for shown in both(view):
        assert "+ 3 to prime the reply" in shown
        assert "38" in shown.split()


def test_tools_are_part_of_the_request():
    tools = [{"type": "function", "function": {"name": "get_weather", "description": "Look it up."}}]
    view = show_request(TRIP, tools=tools)
    assert view.tokens == count_tokens(TRIP, tools=tools)
    for shown in both(view):
        assert "1 definition: get_weather" in shown
        assert str(count_tokens(TRIP, tools=tools) - 38) in shown.split()


def test_the_count_is_the_models():
    messages = [{"role": "user", "content": "私は春に日本へ行きます。"}]
    assert show_request(messages, model="gpt-4").tokens == count_tokens(messages, model="gpt-4")
    assert show_request(messages, model="gpt-4").tokens != show_request(messages).tokens


@pytest.mark.parametrize(
    ("budget", "fullness", "left"),
    [
        (100, "38 of 100 tokens, 38 %", "62 left"),
        (39, "38 of 39 tokens, 97 %", "1 left"),
        (38, "38 of 38 tokens, 100 %", "0 left"),
        (37, "38 of 37 tokens, 103 %", "1 over the budget"),
        (10, "38 of 10 tokens, 380 %", "28 over the budget"),
        (1_050_000, "38 of 1,050,000 tokens, under 1 %", "1,049,962 left"),
    ],
)
def test_a_budget_says_how_full_the_window_is(budget, fullness, left):
    for shown in both(show_request(TRIP, budget=budget)):
        assert fullness in shown
        assert left in shown.lower()


def test_a_request_just_over_or_just_under_the_budget_is_never_called_100_percent():
    tokens = show_request(LONG).tokens
    assert "99 %" in show_request(LONG, budget=tokens + 1).text
    assert "101 %" in show_request(LONG, budget=tokens - 1).text


def test_over_the_budget_is_marked_in_words_and_in_the_bar():
    over, full = show_request(TRIP, budget=37).text, show_request(TRIP, budget=38).text
    assert "OVER THE BUDGET" in over and "!" in over
    assert "OVER" not in full and "!" not in full


def test_without_a_budget_there_is_no_window_to_fill():
    assert all("budget" not in shown and "%" not in shown for shown in both(show_request(TRIP)))


@pytest.mark.parametrize("name", ["budget", "scale"])
@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-5, ValueError), ("9", TypeError), (1.5, TypeError)])
def test_a_budget_or_a_scale_is_a_whole_number_of_tokens(name, size, error):
    with pytest.raises(error, match=f"{name} must be .*got {size!r}"):
        show_request(TRIP, **{name: size})


def test_an_empty_request_says_so():
    assert show_request([], budget=100).text == "no messages"
    assert texts(show_request([])) == ["no messages"]


def test_the_title_is_shown():
    for shown in both(show_request(TRIP, title="After <trimming>")):
        assert "After <trimming>" in shown and "4 messages" in shown


def bars(view) -> list[float]:
    """The lengths of the messages' bars."""
    return [float(rect.get("width")) for rect in rects(view) if rect.get("height") == "8"]


def test_bars_are_proportional_to_tokens():
    lengths = bars(show_request(TRIP))
    assert [round(length / lengths[1] * 11) for length in lengths] == [7, 11, 8, 9]


def test_bars_of_two_requests_with_one_scale_can_be_compared():
    one, other = show_request(TRIP, scale=22), show_request(TRIP[:1] * 2, scale=22)
    assert bars(show_request(TRIP))[0] != bars(show_request(TRIP[:1]))[0]  # without it they cannot
    assert bars(one)[0] == bars(other)[0] == bars(other)[1]
    assert bars(one)[1] * 2 == pytest.approx(bars(show_request(TRIP, scale=11))[1], abs=0.1)
    rows = [view.text.splitlines()[2] for view in (one, other)]
    assert rows[0] == rows[1] and "━" in rows[0]


def test_a_bar_that_is_longer_than_the_scale_is_full_and_has_an_arrow():
    within, over = show_request(TRIP, scale=11), show_request(TRIP, scale=10)
    assert max(bars(over)) == max(bars(within)) == bars(over)[1]
    arrows = [view.svg.count('z"') for view in (within, over)], [view.text.count("▶") for view in (within, over)]
    assert arrows == ([0, 1], [0, 1])
    assert over.text.splitlines()[3].index("▶") == within.text.splitlines()[3].rindex("━")


def rects(view) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(view.svg).iter(f"{SVG}rect"))


def test_the_window_is_filled_message_by_message():
    view = show_request(TRIP, budget=76)
    track, *segments = [rect for rect in rects(view) if rect.get("height") == "12"]
    starts = [float(segment.get("x")) for segment in segments]
    per_token = float(track.get("width")) / 76
    tokens = [(end - start) / per_token for start, end in pairwise(starts)]
    assert tokens == pytest.approx([7, 11, 8, 9], abs=0.03)  # positions are rounded to 0.1 px


def test_a_long_history_folds_its_middle_and_keeps_its_sum():
    view = show_request(LONG)
    hidden = sum(message_tokens(message) for message in LONG[6:-14])
    for shown in both(view):
        assert f"… 180 messages, {hidden:,} tokens …" in shown
        assert "Message 5" in shown and "Message 186" in shown and "Message 199" in shown
        assert "Message 100" not in shown
    shown = [int(row.split()[-1]) for row in view.text.splitlines() if row.startswith(("user", "assistant"))]
    assert len(shown) == 20
    assert sum(shown) + hidden + 3 == view.tokens == count_tokens(LONG)


def test_a_history_that_is_only_a_little_long_is_shown_whole():
    assert all(f"Message {i}" in show_request(LONG[:24]).text for i in range(24))


def test_a_huge_message_is_not_drawn_in_full():
    huge = [{"role": "user", "content": "Once upon a time, " + "word " * 50_000 + "what is the question?"}]
    view = show_request(huge)
    assert len(view.svg) < 4_000
    for shown in both(view):
        assert "Once upon a time" in shown and "the question?" in shown and "…" in shown
        assert f"{message_tokens(huge[0]):,}" in shown


def test_a_shortened_text_keeps_its_beginning_and_its_end_whole_words():
    for last in range(40, 50):
        words = ["a" * (1 + i % 7) + str(i) for i in range(last)]
        row = show_request([{"role": "user", "content": " ".join(words)}]).text.splitlines()[2]
        shown = row.split()[1:-2]
        assert shown[0] == words[0] and shown[-1] == words[-1] and "…" in shown
        assert set(shown) - {"…"} <= set(words)


def test_a_shortened_text_keeps_marks_on_their_letters():
    shown = show_request([{"role": "user", "content": "e\u0301" * 100}]).text
    assert "… e\u0301e\u0301" in shown


def test_tool_calls_and_results_are_shown_by_the_name_of_the_function():
    messages = [
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        {"role": "tool", "tool_call_id": "c2", "content": "noon"},
        {"role": "tool", "tool_call_id": "call_7", "content": "lost"},
        {"role": "assistant", "content": "Wait.", "tool_calls": CALLS[1:]},
    ]
    drawn = "\n".join(texts(show_request(messages)))
    assert 'calls get_weather({"city": "Kyoto"}), get_time({})' in drawn
    assert "get_time → noon" in drawn
    assert "call_7 → lost" in drawn  # no call with this id: the id is all there is
    assert "Wait. → calls get_time({})" in drawn


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_details"])
def test_reasoning_is_named_and_not_shown(field):
    thought = [{"type": "text", "text": "Hm."}] if field == "reasoning_details" else "Hm."
    messages = [
        {"role": "assistant", "content": None, "tool_calls": CALLS[1:], field: thought},
        {"role": "assistant", "content": "At noon.", field: thought},
        {"role": "assistant", "content": "Yes.", field: None},
    ]
    for shown in both(show_request(messages)):
        assert "reasoning + calls get_time({})" in shown and "reasoning + At noon." in shown
        assert "Hm." not in shown and shown.count("reasoning") == 2


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (None, "no content (None)"),
        ("", "empty text"),
        (" \t ", "blank text"),
        ("first\r\n\nsecond", "first ↵ second"),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one ↵ two"),
    ],
)
def test_content_of_every_kind_is_shown(content, shown):
    assert all(shown in text for text in both(show_request([{"role": "assistant", "content": content}])))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"content": [{"type": "refusal", "refusal": "I will not."}]}, "[refused: I will not.]"),
        ({"content": None, "refusal": "I will not."}, "[refused: I will not.]"),
        ({"content": None, "audio": {"id": "audio_7"}}, "[sound audio_7]"),
        ({"content": None, "function_call": {"name": "look", "arguments": '{"a": 1}'}}, 'calls look({"a": 1})'),
        ({"tool_calls": [{"id": "1", "type": "custom", "custom": {"name": "run", "input": "ls"}}]}, "calls run(ls)"),
        ({"content": "half \ud83d"}, "half \ufffd"),
    ],
)
def test_what_is_no_plain_text_is_shown_too(message, shown):
    assert all(shown in text for text in both(show_request([{"role": "assistant", **message}])))


def test_a_name_is_shown_before_the_text():
    assert all(
        "Ada: Hello" in text for text in both(show_request([{"role": "user", "name": "Ada", "content": "Hello"}]))
    )


def test_what_was_shown_does_not_change_with_the_history():
    history = [dict(message) for message in TRIP]
    view = show_request(history)
    before = view.svg, view.text
    history[0]["content"] = "Changed."
    history.append({"role": "user", "content": "New"})
    assert (view.svg, view.text) == before


def test_a_notebook_gets_the_picture_and_the_table_and_a_script_the_table():
    view = show_request(TRIP, budget=50)
    assert view._repr_mimebundle_() == {"image/svg+xml": view.svg, "text/plain": view.text}
    assert str(view) == repr(view) == view.text


def test_the_bytes_are_the_same_in_another_process():
    code = (
        "import sys; from chat_memory import show_request; history = [{'role': 'user', 'content': 'Grüße, 世界 🌸'}]\n"
        "view = show_request(history, budget=9); sys.stdout.buffer.write((view.svg + view.text).encode())"
    )
    view = show_request([{"role": "user", "content": "Grüße, 世界 🌸"}], budget=9)
    environment = {**os.environ, "PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo", "COLUMNS": "40"}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    assert other.decode() == view.svg + view.text


def test_the_picture_is_named_for_those_who_cannot_see_it():
    root = ElementTree.fromstring(show_request(TRIP, budget=37, title="Trip").svg)
    label = "Trip: 4 messages, 38 prompt tokens, 38 of 37 tokens, 103 %, 1 over the budget"
    assert (root.get("role"), root.get("aria-label"), root.find(f"{SVG}title").text) == ("img", label, label)


def test_its_rows_are_told_to_those_who_cannot_see_it():
    messages = [*TRIP, {"role": "tool", "tool_call_id": "c1", "content": "18 degrees, and rain " * 9}]
    said = ElementTree.fromstring(show_request(messages).svg).find(f"{SVG}desc").text
    assert said.startswith("system, 7 tokens: Be brief. user, 11 tokens: I'm planning a trip to Japan. assistant, 8 ")
    assert f"tool, {message_tokens(messages[-1])} tokens: c1 → 18 degrees," in said and "…" in said
    hidden = sum(message_tokens(message) for message in LONG[6:-14])
    assert (
        f"… 180 messages, {hidden:,} tokens …" in ElementTree.fromstring(show_request(LONG).svg).find(f"{SVG}desc").text
    )


def test_pictures_on_one_page_cannot_disturb_each_other():
    names = {
        name for element in ElementTree.fromstring(show_request(TRIP, budget=9).svg).iter() for name in element.attrib
    }
    assert not names & {"id", "class", "style", "href"}


def test_every_text_has_enough_contrast_on_the_card_that_the_picture_brings_along():
    roles = ["system", "developer", "user", "assistant", "tool", "critic"]
    messages = [{"role": role, "name": "Ada", "content": "Hello"} for role in roles] + [
        {"role": "user", "content": None}
    ]
    for budget in (10, 1_000):
        root = ElementTree.fromstring(show_request(messages, budget=budget, title="Trip").svg)
        pairs = inks(root)
        assert len(pairs) > 3 * len(roles)
        assert min(contrast(*pair) for pair in pairs) >= 4.5
        card = rects(show_request(messages))[0]
        assert (card.get("width"), card.get("fill")) == ("759", pairs[0][1])


@pytest.mark.parametrize("budget", [10, 1_000])
def test_every_bar_is_seen_on_what_it_lies_on_and_the_window_has_an_edge(budget):
    messages = [{"role": role, "content": "Hello"} for role in ("system", "user", "assistant", "tool", "critic")]
    view = show_request(messages, budget=budget)
    card, window = rects(view)[0], next(rect for rect in rects(view) if rect.get("height") == "12")
    of_messages = {rect.get("fill") for rect in rects(view) if rect.get("height") == "8"}
    segments = {rect.get("fill") for rect in rects(view) if rect.get("height") == "12"} - {window.get("fill")}
    assert len(of_messages) == 5 and segments == of_messages
    assert min(contrast(bar, card.get("fill")) for bar in of_messages) >= 3
    assert min(contrast(bar, window.get("fill")) for bar in segments) >= 3
    assert contrast(window.get("stroke"), card.get("fill")) >= 3


NASTY = [
    "<script>alert(1)</script>",
    "]]>",
    "&amp;",
    '"',
    "'",
    "\x1b[31m",
    "\x00",
    "\x9b1m",
    "\u202e",
    "\u2066",
    "\ud800",
]
NASTY += [
    "\ufffe",
    "\uffff",
    "\u2028",
    "\r\n",
    "\u200b",
    "\U000e0041",
    "<!--",
    "<rect/>",
    "日本",
    "é",
    "\u0301",
    "word " * 99,
]
TEXT = st.lists(st.sampled_from(NASTY) | st.text(st.characters(), max_size=8), max_size=12).map("".join)


@settings(max_examples=80, deadline=None)
@given(role=TEXT, content=TEXT, name=TEXT, arguments=TEXT, title=TEXT)
def test_text_stays_text_whatever_it_holds(role, content, name, arguments, title):
    call = {"id": name, "type": "function", "function": {"name": name, "arguments": arguments}}
    messages = [
        {"role": role, "content": content, "name": name},
        {"role": "assistant", "content": content, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": name, "content": arguments},
    ]
    view = show_request(messages, title=title, budget=100)

    tags = [element.tag.removeprefix(SVG) for element in ElementTree.fromstring(view.svg).iter()]
    assert set(tags) <= {"svg", "title", "desc", "text", "tspan", "rect", "path"}
    assert tags.count("rect") == 1 + 2 * 3 + 1 + 4  # card; chip and bar of each message; the window and its segments
    assert len(view.text.splitlines()) == 2 + 3 + 2 + 2
    for shown in (view.svg, view.text.replace("\n", "")):
        shown.encode()  # no half characters
        forbidden = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs")} - set("\u200c\u200d\u200e")
        assert not forbidden


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text("aW .日本語é\u0301\n한🌸", max_size=200), min_size=1, max_size=5), st.integers(1, 10**9))
def test_the_table_fits_a_terminal_and_its_columns_line_up(contents, budget):
    view = show_request([{"role": "user", "content": text} for text in contents], budget=budget, title=contents[0])
    assert all(columns(line) <= 80 for line in view.text.splitlines())
    rows = [line for line in view.text.splitlines() if line.startswith("user") or "to prime the reply" in line]
    assert len(rows) == len(contents) + 1
    assert {columns(row) for row in rows} == {78}


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧‍👦", "❤️", "👍🏽", "🤷‍♂️", "🇯🇵"])
def test_an_emoji_of_several_characters_takes_two_columns(emoji):
    one, other = (show_request([{"role": "user", "content": text}]).text.splitlines()[2] for text in (emoji, "ab"))
    assert one.partition(emoji)[2].startswith("  ")
    assert one.partition(emoji)[2].index("━") == other.partition("ab")[2].index("━")


@pytest.mark.parametrize("text", ["אני מתכנן טיול", "مرحبا 12"])
def test_after_text_from_right_to_left_the_numbers_stay_in_their_column(text):
    row = show_request([{"role": "user", "content": text}]).text.splitlines()[2]
    assert row.partition(text)[2].startswith("\u200e ")  # a left-to-right mark before the bar and the number
