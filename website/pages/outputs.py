"""Outputs of cells as a page shows them: text as it is, pictures with their words, and never HTML that a cell has made."""

import base64
import re
from html import escape
from typing import Any

from .pictures import picture, size_of, with_text, words_of

WIDEST = 200  # characters in a line of a table: text with a longer one is none
COLUMN = re.compile(r"\S {2,}\S|[─━│┃█░]")  # in a line of a table
# What terminals take for commands, and other signs that are no text.
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]")
Kept = dict[str, bytes]  # pictures, by their place on the site


def joined(text: str | list[str]) -> str:
    """The text of a notebook, which may be in one piece or in lines."""
    return text if isinstance(text, str) else "".join(text)


def shown(outputs: list[dict[str, Any]], place: str, kept: Kept, address: str) -> list[str]:
    """The outputs of a cell as HTML. Their pictures are kept as `place`-1.svg …; `address` is that of `place` on the page."""
    found = [drawn(output, number, place, kept, address) for number, output in enumerate(outputs, start=1)]
    return [each for each in found if each]


def drawn(output: dict[str, Any], number: int, place: str, kept: Kept, address: str) -> str:
    """An output; where it is a picture, with its words and with what else it is as text.

    Raises ValueError for what is neither text nor a picture.
    """
    kind = output.get("output_type")
    if kind == "stream":
        return printed(joined(output.get("text", "")), output.get("name", "stdout"))
    if kind == "error":
        lines = output.get("traceback") or [f"{output.get('ename', '')}: {output.get('evalue', '')}"]
        return printed("\n".join(lines), "error")
    data = output.get("data", {})
    text = joined(data.get("text/plain", ""))
    if "image/svg+xml" in data:
        svg = joined(data["image/svg+xml"])
        words, size, suffix, content = words_of(svg), size_of(svg), ".svg", svg.encode()
    elif kinds := [each for each in ("image/png", "image/jpeg") if each in data]:
        suffix = f".{kinds[0].partition('/')[2]}"
        words, size, content = "", None, base64.b64decode(joined(data[kinds[0]]))
    elif "text/markdown" in data or "text/plain" in data:
        return printed(joined(data.get("text/markdown", text)), "result")
    else:
        raise ValueError(
            f"an output of {', '.join(data) or kind} cannot be shown on a page: let the cell print it, or draw an SVG"
        )
    name = f"-{number}{suffix}"
    kept[place + name] = content
    text = "" if re.fullmatch(r"<[^\n]*>", text.strip()) else text  # an object's name says nothing to a reader
    image = picture(address + name, words or first_line(text) or "A picture that the cell above draws.", size)
    return with_text(image, text)


def printed(text: str, kind: str) -> str:
    """Text in a box of its own. Its long lines wrap; a table keeps its columns, and is moved sideways."""
    text = ESCAPES.sub("", text).rstrip("\n")
    wraps = "" if is_table(text) else " wraps"
    return f'<pre class="output {kind}{wraps}">{escape(text)}</pre>' if text.strip() else ""


def is_table(text: str) -> bool:
    """Whether lines of a text stand below each other in columns."""
    lines = text.splitlines()
    return sum(bool(COLUMN.search(line)) for line in lines) > 1 and max(map(len, lines)) <= WIDEST


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
