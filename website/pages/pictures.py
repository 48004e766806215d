"""Pictures with their words: a picture's alternative text is its own title and description, and it fits on a phone."""

import re
from html import escape, unescape

PHONE, LEAST = 480, 620  # pixels: a picture wider than a phone is not drawn smaller than this, but moved sideways


def words_of(svg: str) -> str:
    """What an SVG says of itself: its title and its description, or else its label; empty where it says nothing."""
    said = [re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", svg, re.S) for name in ("title", "desc")]
    texts = [unescape(re.sub(r"<[^>]*>", "", found[1])) for found in said if found]
    if not texts and (label := re.search(r"<svg\b[^>]*\baria-label=(\"[^\"]*\"|'[^']*')", svg)):
        texts = [unescape(label[1][1:-1])]
    texts = [re.sub(r"\s+", " ", text).strip() for text in texts]
    return " ".join(text if text[-1] in ".!?:" else f"{text}." for text in texts if text)


def size_of(svg: str) -> tuple[int, int] | None:
    """Width and height in pixels, where an SVG says them."""
    root = re.search(r"<svg\b[^>]*>", svg)
    found = [re.search(rf"\b{name}=[\"']([\d.]+)(?:px)?[\"']", root[0]) for name in ("width", "height")] if root else []
    if not (found and all(found)):
        return None
    width, height = (round(float(each[1])) for each in found if each)
    return width, height


def picture(address: str, words: str, size: tuple[int, int] | None = None) -> str:
    """The HTML of a picture, in one line. Where it is wider than a phone, in a box of its own, to be moved in it."""
    measures = f' width="{size[0]}" height="{size[1]}"' if size else ""
    if wide := bool(size and size[0] > PHONE):
        measures += f' style="min-width: {min(size[0], LEAST)}px"'
    image = f'<img class="dark-light" src="{escape(address)}" alt="{escape(words)}"{measures}>'
    return f'<span class="picture{" wide" if wide else ""}">{image}</span>'


def with_text(image: str, text: str) -> str:
    """A picture and, folded below it, the same as text."""
    if not text.strip():
        return f'<div class="drawn">{image}</div>'
    one_line = escape(text).replace("\n", "&#10;")  # a blank line would end the block of HTML
    lines = f'<pre class="output">{one_line}</pre>'
    return f'<div class="drawn">{image}<details class="as-text"><summary>As text</summary>{lines}</details></div>'
