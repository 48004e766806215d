"""The parts of a picture: its card, its colours and its texts.

Attributes only: no ids, styles or scripts, so that several pictures on a page cannot disturb each other, and a nested
<svg> around a text whose length is not ours, which clips it should a font be wider than expected. The card brings its
own background along, so that a picture is legible on light and dark pages. Text has a contrast of at least 4.5 on it,
and what else says something of at least 3.
"""

from html import escape

CARD, LINE, EDGE, INK, FAINT, ALARM = "#f8f9fb", "#d5dae1", "#7d8590", "#1f2430", "#57606a", "#b3261e"
SANS = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
PAD = 16  # px between the card's edge and what is on it


def card(
    width: int, height: int, parts: list[str], *, title: str, desc: str, alt: str | None = None, shown: float = 1
) -> str:
    """A picture as one SVG element of so many px, `shown` times as large where there is room for it.

    `title` and `desc` say what it shows to whoever does not see it; `alt`, its name in one piece, is the title unless given.
    """
    size = f'width="{width * shown:g}" height="{height * shown:g}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" '
        f'aria-label="{escape(alt or title)}" font-family="{SANS}"><title>{escape(title)}</title>'
        f"<desc>{escape(desc)}</desc>"
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="{CARD}" stroke="{LINE}"/>'
        f"{''.join(parts)}</svg>"
    )


def clip(x: int, y: int, width: int, height: int, body: str) -> str:
    """What is in `body`, as far as it lies within a rectangle; its places count from the rectangle's corner."""
    return f'<svg x="{x}" y="{y}" width="{width}" height="{height}">{body}</svg>'


def text(
    x: float,
    y: float,
    body: str,
    *,
    fill: str = INK,
    size: float = 13,
    weight: int = 400,
    anchor: str = "start",
    mono: bool = False,
    italic: bool = False,
) -> str:
    """A line of text, `body` being escaped already."""
    font = f' font-family="{MONO}"' if mono else ""
    slant = ' font-style="italic"' if italic else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{12.5 if mono else size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}"{font}{slant}>{body}</text>'
    )
