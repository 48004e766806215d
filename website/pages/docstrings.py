"""A docstring as Markdown: paragraphs, lists and `code`, as ours are written; whatever else is in it stays as it is."""

import re
from collections.abc import Callable

SPECIAL = re.compile(r"([\\*_\[\]<>#$~|&{}!^`])")
PARTS = re.compile(
    r"(?P<rule>^[ \t]*[-=](?=[-= \t]*$))"  # a line below a line, which would make it a heading
    r"|(?P<item>^[ \t]*(?:[-+*]|\d{1,9}[.)])\s)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<url>https?://[^\s<>()\[\]`]+)",
    re.M | re.S,
)
ITEM = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])\s")

Refer = Callable[[str], str | None]


def markdown(text: str, refer: Refer = lambda code: None) -> str:
    """The text of a docstring, its first line not indented. `refer` turns the name in a piece of code into a reference."""
    found: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = block.splitlines()
        example = bool(lines) and all(line.startswith("    ") for line in lines) and not ITEM.match(lines[0])
        found.append(block if example else plain(block, refer, lists=True))
    return "\n\n".join(found)


def plain(text: str, refer: Refer = lambda code: None, lists: bool = False) -> str:
    """Text with its pieces of code and its addresses, and with its lists; every other character stands for itself."""
    parts, end = [], 0
    for found in PARTS.finditer(text):
        parts.append(escaped(text[end : found.start()]))
        if found["rule"]:
            parts.append(f"{found['rule'][:-1]}\\{found['rule'][-1]}")
        elif found["item"]:
            parts.append(found["item"] if lists else re.sub(r"([-+*.)])", r"\\\1", found["item"]))
        elif found["url"]:
            url = found["url"].rstrip(".,;:!?'\"")
            parts.append(f"<{url}>{escaped(found['url'][len(url) :])}")
        else:
            parts.append(refer(found["inner"]) or found["code"])
        end = found.end()
    return "".join([*parts, escaped(text[end:])])


def escaped(text: str) -> str:
    """Text in which nothing is Markdown."""
    return SPECIAL.sub(r"\\\1", text)
