"""A request made visible: who speaks, how much each message costs, and how full the window is.

Message text is untrusted. Whatever it holds, it stays text: it cannot add elements to the picture, move the cursor of
a terminal or reverse the order of a line. The same request always gives the same bytes, on every machine.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from math import ceil, floor
from typing import Any

from .content import calls_of, said
from .errors import whole_number
from .messages import MessageLike, ToolLike
from .texts import DEFAULT_MODEL, Count
from .tokens import PRIMING_TOKENS, Counting, PartTokens, listed, listed_tools
from .tool_turns import REASONING

SHOWN_FIRST, SHOWN_LAST = 6, 14  # messages of a long history that are shown; those between them become one line


@dataclass(frozen=True)
class Row:
    """One line of the picture: a message, the tools, or the messages that are not shown one by one."""

    role: str
    text: str
    tokens: int
    label: str = ""  # what is said about the text rather than in it, such as the name of a tool
    is_note: bool = False  # the text is ours, not the message's


@dataclass(frozen=True)
class RequestView:
    """A request as a picture (`.svg`, shown by notebooks) and as a table (`.text`, shown by `print`)."""

    rows: tuple[Row, ...]
    messages: int
    tokens: int
    budget: int | None = None
    title: str = ""
    scale: int | None = None

    @property
    def full_bar(self) -> int:
        """The tokens for which a message's bar is drawn in full length: the scale, or those of the largest message."""
        return self.scale or max(row.tokens for row in self.rows if row.role)

    @property
    def svg(self) -> str:
        """The picture as one SVG element, 760 px wide, on a card of its own for light and dark pages."""
        return _draw(self)

    @property
    def text(self) -> str:
        """The table in plain text, at most 78 columns wide."""
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}


def show_request(
    messages: Iterable[MessageLike],
    *,
    budget: int | None = None,
    model: str = DEFAULT_MODEL,
    tools: Iterable[ToolLike] | None = None,
    title: str | None = None,
    scale: int | None = None,
    count: Count | None = None,
    part_tokens: PartTokens | None = None,
) -> RequestView:
    """Show the messages of a request in order, with their tokens, and how much of `budget` (tokens) they fill.

    As the last line of a notebook cell it shows a picture; in a script, `print(show_request(history))` writes a table.
    Later changes of the messages do not change what was shown.

    The bars of the messages are drawn to the largest of them. `scale`, in tokens, sets what a full bar stands for: two
    requests with the same `scale` can be compared bar by bar. A message with more tokens has a full bar with an arrow.
    Tokens are those of `count_tokens`, with `count` and `part_tokens` of yours where you give them.

    Raises TypeError or ValueError for a budget or a scale that is no whole number from 1, and what `count_tokens`
    raises for messages it cannot count.
    """
    for name, size in {"budget": budget, "scale": scale}.items():
        if size is not None:
            whole_number(name, size, least=1)
    messages, tools = list(listed(messages)), listed_tools(tools)
    counting = Counting.of(model, count, part_tokens)
    total = counting.request(messages, tools)
    rows = _message_rows(messages, counting)
    if tools:
        names = ", ".join(tool["function"]["name"] for tool in tools[:100])
        rows.append(Row("tools", _clean(names), counting.tools(tools), f"{_number(len(tools), 'definition')}:"))
    return RequestView(tuple(rows), len(messages), total, budget, _shorten(_clean(title or ""), 48), scale)


def _message_rows(messages: list[MessageLike], counting: Counting) -> list[Row]:
    tokens = [counting.message(message) for message in messages]
    hidden = range(SHOWN_FIRST, len(messages) - SHOWN_LAST)
    if len(hidden) < 5:  # not worth a gap in the story
        hidden = range(0)
    rows: list[Row] = []
    called: dict[str, str] = {}
    for i, message in enumerate(messages):
        called.update((call_id, name) for call_id, name, _ in calls_of(message, f"messages[{i}]"))
        if i not in hidden:
            label, text, is_note = _excerpt(message, f"messages[{i}]", called)
            rows.append(Row(_shorten(_clean(message["role"]), 10) or "no role", text, tokens[i], label, is_note))
        elif i == hidden[0]:
            left_out = sum(tokens[hidden.start : hidden.stop])
            rows.append(Row("", f"… {len(hidden):,} messages, {left_out:,} tokens …", left_out, is_note=True))
    return rows


def _excerpt(message: MessageLike, where: str, called: dict[str, str]) -> tuple[str, str, bool]:
    """What to show of a message: (a label, its text, whether the text is a remark of ours)."""
    label, text = "", _clean(said(message, where))
    asked = ", ".join(f"{_clean(name)}({_clean(given)})" for _, name, given in calls_of(message, where)[:50])
    if message.get("tool_call_id"):
        call_id = str(message["tool_call_id"])
        label = f"{called.get(call_id, call_id)} →"
    elif message.get("name"):
        label = f"{message['name']}:"
    elif asked and not text:
        label = "calls"
    if any(message.get(field) for field in REASONING):
        label = f"reasoning + {label}".rstrip()
    label = _shorten(_clean(label), 24)
    if asked:
        return label, f"{text} → calls {asked}" if text else asked, False
    if text:
        return label, text, False
    content = message.get("content")
    return label, "no content (None)" if content is None else "blank text" if content else "empty text", True


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"


# Untrusted text into one safe line, and how wide it is. A cell is the width of one Latin letter in a terminal.

_JOINERS = "\u200c\u200d"  # needed inside emoji and in Persian and Indic words


def _clean(text: str) -> str:
    """One line of harmless text: line ends become ↵; control, invisible and direction characters become �."""
    if len(text) > 1_000:  # only the ends of a long text are ever shown
        text = f"{text[:400]} … {text[-400:]}"
    text = re.sub(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*", " ↵ ", text)
    text = re.sub(r"\s+", " ", text).strip()
    return "".join("�" if _is_unsafe(char) else char for char in text)


def _is_unsafe(char: str) -> bool:
    # Cc: terminal codes and what XML forbids. Cf: invisible text and text that reverses a line. Cs: half a character.
    return char in "\ufffe\uffff" or (unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in _JOINERS)


def _widths(text: str) -> list[int]:
    """The width in cells of each character, so that columns line up after Chinese and emoji as well."""
    widths: list[int] = []
    before = ""
    for char in text:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf") or "🏻" <= char <= "🏿":  # a mark, a joiner, a skin tone: no room of its own
            widths.append(1 if char == "\ufe0f" and widths and widths[-1] == 1 else 0)
        elif before == "\u200d" and category == "So":  # the second half of a joined emoji
            widths.append(0)
        else:
            widths.append(2 if unicodedata.east_asian_width(char) in "WF" else 1)
        before = char
    return widths


def _shorten(text: str, width: int) -> str:
    """The text if it fits into `width` cells, else its beginning and its end with … between, cut at words."""
    widths = _widths(text)
    if sum(widths) <= width:
        return text
    tail = (width - 3) // 3
    start = bisect_right(list(accumulate(widths)), width - 3 - tail)
    end = len(text) - bisect_right(list(accumulate(reversed(widths))), tail)
    while end < len(text) and widths[end] == 0:  # a mark without its letter
        end += 1
    space = text.find(" ", end - 1, end + tail // 2) + 1
    return f"{text[: _word_end(text, start)].rstrip()} … {text[space or end :].lstrip()}"


def _word_end(text: str, cut: int) -> int:
    """`cut`, or the end of the last word before it, unless that word is very long."""
    space = text.rfind(" ", 0, cut + 1)
    return space if space > cut * 2 // 3 else cut


def _wrap(text: str, width: int, lines: int) -> list[str]:
    widths = _widths(text)
    if lines == 1 or sum(widths) <= width:
        return [_shorten(text, width)]
    cut = _word_end(text, bisect_right(list(accumulate(widths)), width))
    return [text[:cut].rstrip(), *_wrap(text[cut:].lstrip(), width, lines - 1)]


def _fullness(tokens: int, budget: int) -> str:
    """How full the window is, in words; rounded away from 100 %, so that "100 %" means exactly full."""
    percent = ceil(100 * tokens / budget) if tokens > budget else floor(100 * tokens / budget)
    return f"{tokens:,} of {budget:,} tokens, {f'{percent:,}' if percent else 'under 1'} %"


def _left(tokens: int, budget: int) -> str:
    left = budget - tokens
    return f"{left:,} left" if left >= 0 else f"{-left:,} over the budget"


# The table for a terminal.


def _lines(view: RequestView) -> list[str]:
    count = _number(view.messages, "message")
    head = f"{view.title}  ({count})" if view.title else count
    if not view.messages:
        return [head]
    lines = [_pad(head, 72) + "tokens", "─" * 78]
    for row in view.rows:
        text = _pad(_shorten(f"{row.label} {row.text}".strip(), 46), 47)
        bar = _bar(min(1, row.tokens / view.full_bar), 10, "━╸")
        bar = f"{bar[:-1]}▶" if row.tokens > view.full_bar else bar
        cost = f"{bar:<10} {row.tokens:>9,}" if row.role else ""
        lines.append(f"{_pad(row.role, 11)}{text}{cost}".rstrip())
    lines.append("─" * 78)
    lines.append(f"{'':11}+ {PRIMING_TOKENS} to prime the reply{'prompt tokens':>34}{view.tokens:>11,}")
    if view.budget:
        over = view.tokens > view.budget
        share = min(view.tokens, view.budget) / max(view.tokens, view.budget)
        bar = _bar(share, 20, "█▌")[: 20 if share == 1 else 19].ljust(20, "!" if over else "░")
        left = _left(view.tokens, view.budget)
        lines.append(f"{'budget':<11}{bar} {_fullness(view.tokens, view.budget)}")
        lines.append(f"{'':32}{left.upper() if over else left}")
    return lines


def _bar(share: float, width: int, whole_and_half: str) -> str:
    halves = max(1, round(share * width * 2))
    return whole_and_half[0] * (halves // 2) + whole_and_half[1] * (halves % 2)


def _pad(text: str, width: int) -> str:
    # After Hebrew or Arabic a terminal may move the numbers of the row; a left-to-right mark keeps them in place.
    mark = "\u200e" if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text) else ""
    return text + mark + " " * (width - sum(_widths(text)))


# The picture. Attributes only: no ids, styles or scripts, so that several pictures on a page cannot disturb each other,
# and a nested <svg> around each text, which clips it should a font be wider than expected.

_WIDTH, _PAD, _TEXT_X, _BAR_X, _BAR_WIDTH = 760, 16, 112, 580, 96
_COLUMNS = 60  # of text in a line: monospaced letters of 12.5 px are at most 7.6 px wide
_CARD, _LINE, _INK, _FAINT, _ALARM = "#f8f9fb", "#d5dae1", "#1f2430", "#57606a", "#b3261e"
_PURPLE, _BLUE, _GREEN, _AMBER, _GREY = (  # ink, chip, bar
    ("#5b2a9d", "#ece4fa", "#8a5cf0"),
    ("#0b4fa8", "#dceafd", "#3a80e8"),
    ("#0c5f38", "#d8f1e2", "#1f9d5f"),
    ("#7a4100", "#fdebcd", "#c9730a"),
    ("#454c57", "#e6e9ed", "#858d98"),
)
_COLOURS = {"system": _PURPLE, "developer": _PURPLE, "user": _BLUE, "assistant": _GREEN, "tool": _AMBER}
_SANS = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
_MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def _draw(view: RequestView) -> str:
    count = _number(view.messages, "message")
    label = f"{view.title + ': ' if view.title else ''}{count}"
    head = f'<tspan font-weight="600">{escape(view.title or count)}</tspan>'
    head += f'<tspan dx="10" fill="{_FAINT}">{count}</tspan>' if view.title else ""
    parts, y = [_clip(_PAD, 8, 600, 28, _text(0, 19, head, size=14))], 48
    if view.messages:
        label += f", {view.tokens:,} prompt tokens"
        parts += [_text(_WIDTH - _PAD, 27, "tokens", size=12, fill=_FAINT, anchor="end"), _rule(40)]
        lines = 2 if len(view.rows) <= 12 else 1
        for row in view.rows:
            drawn, height = _draw_row(row, y, view.full_bar, lines)
            parts, y = parts + drawn, y + height
        parts, y = parts + _draw_total(view, y), y + 44
        if view.budget:
            label += f", {_fullness(view.tokens, view.budget)}, {_left(view.tokens, view.budget)}"
            parts, y = parts + _draw_budget(view, view.budget, y), y + 48
    label = escape(label)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}" role="img" '
        f'aria-label="{label}" font-family="{_SANS}"><title>{label}</title>'
        f'<rect x="0.5" y="0.5" width="{_WIDTH - 1}" height="{y - 1}" rx="8" fill="{_CARD}" stroke="{_LINE}"/>'
        f"{''.join(parts)}</svg>"
    )


def _draw_row(row: Row, y: int, full_bar: int, max_lines: int) -> tuple[list[str], int]:
    ink, chip, bar = _COLOURS.get(row.role, _GREY)
    lines = _wrap(f"{row.label} {row.text}".strip(), _COLUMNS, max_lines)
    height, texts = 11 + 17 * len(lines), []
    for i, line in enumerate(lines):
        body = escape(line)
        if i == 0 and row.label:
            body = f'<tspan fill="{ink}" font-weight="600">{escape(row.label)}</tspan>{escape(line[len(row.label) :])}'
        texts.append(_text(0, 15 + 17 * i, body, mono=True, italic=row.is_note, fill=_FAINT if row.is_note else _INK))
    parts = [_clip(_TEXT_X, y + 3, _BAR_X - _TEXT_X - 8, height - 6, "".join(texts))]
    if row.role:
        length = min(_BAR_WIDTH, max(1.5, _BAR_WIDTH * row.tokens / full_bar))
        parts += [
            f'<rect x="{_PAD}" y="{y + 4}" width="84" height="20" rx="5" fill="{chip}"/>',
            _clip(_PAD, y + 4, 84, 20, _text(42, 14, escape(row.role), fill=ink, anchor="middle", size=12, weight=600)),
            f'<rect x="{_BAR_X}" y="{y + 10}" width="{length:.1f}" height="8" fill="{bar}"/>',
            _text(_WIDTH - _PAD, y + 18, f"{row.tokens:,}", mono=True, anchor="end"),
        ]
        if row.tokens > full_bar:  # an arrow: longer than what can be drawn to this scale
            parts.append(f'<path d="M{_BAR_X + _BAR_WIDTH} {y + 7}l8 7l-8 7z" fill="{bar}"/>')
    return parts, height


def _draw_total(view: RequestView, y: int) -> list[str]:
    return [
        _rule(y + 6),
        _text(_TEXT_X, y + 28, f"+ {PRIMING_TOKENS} to prime the reply", fill=_FAINT),
        _text(_BAR_X, y + 28, "prompt tokens"),
        _text(_WIDTH - _PAD, y + 28, f"{view.tokens:,}", mono=True, anchor="end", weight=700),
    ]


def _draw_budget(view: RequestView, budget: int, y: int) -> list[str]:
    """The window as one bar: a segment for each row in its role's colour, in order, then what is left."""
    room, over = _WIDTH - 2 * _PAD, view.tokens > budget
    scale = room / max(view.tokens, budget)
    parts, x = [f'<rect x="{_PAD}" y="{y}" width="{room}" height="12" fill="{_LINE}"/>'], float(_PAD)
    for row in (*view.rows, Row("", "", PRIMING_TOKENS)):
        width = row.tokens * scale
        bar = _COLOURS.get(row.role, _GREY)[2]
        gap = 1 if width > 3 else 0
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{max(0.3, width - gap):.1f}" height="12" fill="{bar}"/>')
        x += width
    if over:
        edge = _PAD + budget * scale
        parts.append(
            f'<path d="M{edge:.1f} {y - 5}V{y + 15}H{_WIDTH - _PAD}" stroke="{_ALARM}" stroke-width="2.5" fill="none"/>'
        )
    ink, weight = (_ALARM, 600) if over else (_INK, 400)
    return [
        *parts,
        _text(_PAD, y + 32, _fullness(view.tokens, budget), fill=ink, weight=weight),
        _text(_WIDTH - _PAD, y + 32, _left(view.tokens, budget), fill=ink, weight=weight, anchor="end"),
    ]


def _rule(y: int) -> str:
    return f'<path d="M{_PAD} {y}.5H{_WIDTH - _PAD}" stroke="{_LINE}"/>'


def _clip(x: int, y: int, width: int, height: int, body: str) -> str:
    return f'<svg x="{x}" y="{y}" width="{width}" height="{height}">{body}</svg>'


def _text(
    x: int,
    y: int,
    body: str,
    *,
    fill: str = _INK,
    size: float = 13,
    weight: int = 400,
    anchor: str = "start",
    mono: bool = False,
    italic: bool = False,
) -> str:
    font = f' font-family="{_MONO}"' if mono else ""
    slant = ' font-style="italic"' if italic else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{12.5 if mono else size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}"{font}{slant}>{body}</text>'
    )
