"""Two axes and what is written at them: the ground of every chart."""

from html import escape

from .safe_text import width
from .scales import Scale
from .svg import EDGE, FAINT, LINE, text

CELL = 7.4  # px that a letter of 12 px is wide at most, on the average of a word
_SIZE = 12


def room_for(labels: tuple[str, ...]) -> int:
    """How many px are needed for the longest of these texts."""
    return round(max(map(width, labels), default=0) * CELL)


def axes(x: Scale, y: Scale, x_label: str, y_label: str, left: float) -> list[str]:
    """Draw them: the vertical one is named above it, from `left` (px) on, the horizontal one below its middle.

    The labels are one line of harmless text each, short enough for the picture.
    """
    parts = [text(left, y.end - 17, escape(y_label), size=_SIZE, fill=FAINT)]
    for tick, label in zip(y.ticks, y.labels, strict=True):
        at = y.place(tick)
        parts.append(f'<path d="M{x.start:g} {at:.1f}H{x.end:g}" stroke="{LINE}"/>')
        parts.append(text(x.start - 7, round(at + 4, 1), label, size=_SIZE, fill=FAINT, anchor="end"))
    ticks = "".join(f"M{x.place(tick):.1f} {y.start:g}v5" for tick in x.ticks)
    zero = f"M{x.start:g} {y.place(max(y.low, 0)):.1f}H{x.end:g}"
    parts.append(f'<path d="{zero}{ticks}" stroke="{EDGE}" fill="none"/>')
    for tick, label in zip(x.ticks, x.labels, strict=True):
        parts.append(text(round(x.place(tick), 1), y.start + 19, label, size=_SIZE, fill=FAINT, anchor="middle"))
    parts.append(text((x.start + x.end) / 2, y.start + 37, escape(x_label), size=_SIZE, fill=FAINT, anchor="middle"))
    return parts
