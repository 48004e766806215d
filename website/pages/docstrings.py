"""A docstring as Markdown: paragraphs, lists and `code`, as ours are written; whatever else is in it stays as it is."""

import re
from collections.abc import Callable

SPECIAL = re.compile(r"([\\*_\[\]<>#$~|&{}!^])")
PARTS = re.compile(r"(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))|(?P<url>https?://[^\s<>()\[\]`]+)", re.S)
ITEM = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s")

Refer = Callable[[str], str | None]


def markdown(text: str, refer: Refer = lambda code: None) -> str:
    """The text of a docstring, its first line not indented. `refer` turns the name in a piece of code into a reference."""
    found: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = block.splitlines()
        example = bool(lines) and all(line.startswith("    ") for line in lines) and not ITEM.match(lines[0])
        found.append(block if example else "\n".join(plain(block, refer).splitlines()))
    return "\n\n".join(found)


def plain(text: str, refer: Refer = lambda code: None) -> str:
    """Text with its pieces of code and its addresses; every other character stands for itself."""
    parts, end = [], 0
    for found in PARTS.finditer(text):
        parts.append(escaped(text[end : found.start()]))
        if found["url"]:
            url = found["url"].rstrip(".,;:!?'\"")
            parts.append(f"<{url}>{escaped(found['url'][len(url) :])}")
        else:
            parts.append(refer(found["inner"]) or found["code"])
        end = found.end()
    return "".join([*parts, escaped(text[end:])])


def escaped(text: str) -> str:
    """Text in which nothing is Markdown, but for the signs of a list at the beginning of a line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        item = ITEM.match(line)
        sign, rest = (item[0], line[item.end() :]) if item else ("", line)
        lines[number] = sign + SPECIAL.sub(r"\\\1", rest.replace("`", "\\`"))
        if re.fullmatch(r"\s*(-[-\s]*|=+)\s*", line):  # a line below a line, which would make it a heading
            lines[number] = re.sub(r"([-=])", r"\\\1", line, count=1)
    return "\n".join(lines)
