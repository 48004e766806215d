"""A request made visible: who speaks, how much each message costs, and how full the window is.

Message text is untrusted. Whatever it holds, it stays text: it cannot add elements to the picture, move the cursor of
a terminal or reverse the order of a line. The same request always gives the same bytes, on every machine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from math import ceil, floor

from .content import calls_of, said
from .drawing.picture import Picture
from .drawing.safe_text import clean, pad, shorten, wrap
from .drawing.svg import ALARM, CARD, EDGE, FAINT, INK, LINE, PAD, card, clip, text
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


@dataclass(frozen=True, repr=False)
class RequestView(Picture):
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
        rows.append(Row("tools", clean(names), counting.tools(tools), f"{_number(len(tools), 'definition')}:"))
    return RequestView(tuple(rows), len(messages), total, budget, shorten(clean(title or ""), 48), scale)


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
            rows.append(Row(shorten(clean(message["role"]), 10) or "no role", text, tokens[i], label, is_note))
        elif i == hidden[0]:
            left_out = sum(tokens[hidden.start : hidden.stop])
            rows.append(Row("", f"… {len(hidden):,} messages, {left_out:,} tokens …", left_out, is_note=True))
    return rows


def _excerpt(message: MessageLike, where: str, called: dict[str, str]) -> tuple[str, str, bool]:
    """What to show of a message: (a label, its text, whether the text is a remark of ours)."""
    label, text = "", clean(said(message, where))
    asked = ", ".join(f"{clean(name)}({clean(given)})" for _, name, given in calls_of(message, where)[:50])
    if message.get("tool_call_id"):
        call_id = str(message["tool_call_id"])
        label = f"{called.get(call_id, call_id)} →"
    elif message.get("name"):
        label = f"{message['name']}:"
    elif asked and not text:
        label = "calls"
    if any(message.get(field) for field in REASONING):
        label = f"reasoning + {label}".rstrip()
    label = shorten(clean(label), 24)
    if asked:
        return label, f"{text} → calls {asked}" if text else asked, False
    if text:
        return label, text, False
    content = message.get("content")
    return label, "no content (None)" if content is None else "blank text" if content else "empty text", True


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"


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
    lines = [pad(head, 72) + "tokens", "─" * 78]
    for row in view.rows:
        text = pad(shorten(f"{row.label} {row.text}".strip(), 46), 47)
        bar = _bar(min(1, row.tokens / view.full_bar), 10, "━╸")
        bar = f"{bar[:-1]}▶" if row.tokens > view.full_bar else bar
        cost = f"{bar:<10} {row.tokens:>9,}" if row.role else ""
        lines.append(f"{pad(row.role, 11)}{text}{cost}".rstrip())
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


# The picture.

_WIDTH, _TEXT_X, _BAR_X, _BAR_WIDTH = 760, 112, 580, 96
_COLUMNS = 60  # of text in a line: monospaced letters of 12.5 px are at most 7.6 px wide
_ROOM = "#e4e8ee"  # what is left of the window
_PURPLE, _BLUE, _GREEN, _AMBER, _GREY = (  # ink, chip, bar
    ("#5b2a9d", "#ece4fa", "#7a48e0"),
    ("#0b4fa8", "#dceafd", "#2468cf"),
    ("#0c5f38", "#d8f1e2", "#157a47"),
    ("#7a4100", "#fdebcd", "#a35a00"),
    ("#454c57", "#e6e9ed", "#646c78"),
)
_COLOURS = {"system": _PURPLE, "developer": _PURPLE, "user": _BLUE, "assistant": _GREEN, "tool": _AMBER}


def _draw(view: RequestView) -> str:
    count = _number(view.messages, "message")
    label = f"{view.title + ': ' if view.title else ''}{count}"
    head = f'<tspan font-weight="600">{escape(view.title or count)}</tspan>'
    head += f'<tspan dx="10" fill="{FAINT}">{count}</tspan>' if view.title else ""
    parts, y = [clip(PAD, 8, 600, 28, text(0, 19, head, size=14))], 48
    if view.messages:
        label += f", {view.tokens:,} prompt tokens"
        parts += [text(_WIDTH - PAD, 27, "tokens", size=12, fill=FAINT, anchor="end"), _rule(40)]
        lines = 2 if len(view.rows) <= 12 else 1
        for row in view.rows:
            drawn, height = _draw_row(row, y, view.full_bar, lines)
            parts, y = parts + drawn, y + height
        parts, y = parts + _draw_total(view, y), y + 44
        if view.budget:
            label += f", {_fullness(view.tokens, view.budget)}, {_left(view.tokens, view.budget)}"
            parts, y = parts + _draw_budget(view, view.budget, y), y + 48
    return card(_WIDTH, y, parts, title=label, desc=_said(view))


def _said(view: RequestView) -> str:
    """The rows in words, for whoever does not see the picture."""
    rows = []
    for row in view.rows:
        tokens = f"{row.role}, {_number(row.tokens, 'token')}: " if row.role else ""
        rows.append(tokens + shorten(f"{row.label} {row.text}".strip(), _COLUMNS))
    return " ".join(f"{row}{'' if row.endswith(tuple('.!?…')) else '.'}" for row in rows)


def _draw_row(row: Row, y: int, full_bar: int, max_lines: int) -> tuple[list[str], int]:
    ink, chip, bar = _COLOURS.get(row.role, _GREY)
    lines = wrap(f"{row.label} {row.text}".strip(), _COLUMNS, max_lines)
    height, texts = 11 + 17 * len(lines), []
    for i, line in enumerate(lines):
        body = escape(line)
        if i == 0 and row.label:
            body = f'<tspan fill="{ink}" font-weight="600">{escape(row.label)}</tspan>{escape(line[len(row.label) :])}'
        texts.append(text(0, 15 + 17 * i, body, mono=True, italic=row.is_note, fill=FAINT if row.is_note else INK))
    parts = [clip(_TEXT_X, y + 3, _BAR_X - _TEXT_X - 8, height - 6, "".join(texts))]
    if row.role:
        length = min(_BAR_WIDTH, max(1.5, _BAR_WIDTH * row.tokens / full_bar))
        parts += [
            f'<rect x="{PAD}" y="{y + 4}" width="84" height="20" rx="5" fill="{chip}"/>',
            clip(PAD, y + 4, 84, 20, text(42, 14, escape(row.role), fill=ink, anchor="middle", size=12, weight=600)),
            f'<rect x="{_BAR_X}" y="{y + 10}" width="{length:.1f}" height="8" fill="{bar}"/>',
            text(_WIDTH - PAD, y + 18, f"{row.tokens:,}", mono=True, anchor="end"),
        ]
        if row.tokens > full_bar:  # an arrow: longer than what can be drawn to this scale
            parts.append(f'<path d="M{_BAR_X + _BAR_WIDTH} {y + 7}l8 7l-8 7z" fill="{bar}"/>')
    return parts, height


def _draw_total(view: RequestView, y: int) -> list[str]:
    return [
        _rule(y + 6),
        text(_TEXT_X, y + 28, f"+ {PRIMING_TOKENS} to prime the reply", fill=FAINT),
        text(_BAR_X, y + 28, "prompt tokens"),
        text(_WIDTH - PAD, y + 28, f"{view.tokens:,}", mono=True, anchor="end", weight=700),
    ]


def _draw_budget(view: RequestView, budget: int, y: int) -> list[str]:
    """The window as one bar: a segment for each row in its role's colour, in order, then what is left."""
    room, over = _WIDTH - 2 * PAD, view.tokens > budget
    scale = room / max(view.tokens, budget)
    parts, x = [f'<rect x="{PAD}" y="{y}" width="{room}" height="12" fill="{_ROOM}" stroke="{EDGE}"/>'], float(PAD)
    for row in (*view.rows, Row("", "", PRIMING_TOKENS)):
        width = row.tokens * scale
        bar = _COLOURS.get(row.role, _GREY)[2]
        gap = 1 if width > 3 else 0
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{max(0.3, width - gap):.1f}" height="12" fill="{bar}"/>')
        x += width
    if over:
        edge = PAD + budget * scale
        line = f"M{edge:.1f} {y - 5}V{y + 15}H{_WIDTH - PAD}"
        for colour, thickness in ((CARD, 5.5), (ALARM, 2.5)):  # red is not seen on blue: it has an edge of its own
            parts.append(f'<path d="{line}" stroke="{colour}" stroke-width="{thickness}" fill="none"/>')
    ink, weight = (ALARM, 600) if over else (INK, 400)
    return [
        *parts,
        text(PAD, y + 32, _fullness(view.tokens, budget), fill=ink, weight=weight),
        text(_WIDTH - PAD, y + 32, _left(view.tokens, budget), fill=ink, weight=weight, anchor="end"),
    ]


def _rule(y: int) -> str:
    return f'<path d="M{PAD} {y}.5H{_WIDTH - PAD}" stroke="{LINE}"/>'
