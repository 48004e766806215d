"""A Markdown text by its headings: what stands below one of them, and all of them a level higher."""

import re

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")


def headings(text: str) -> list[tuple[int, int, str]]:
    """Each heading: the number of its line, from 0, its level, and its words. What is in a code block is none."""
    found, fence = [], ""
    for number, line in enumerate(text.splitlines()):
        if mark := FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        elif not fence and (heading := HEADING.match(line)):
            found.append((number, len(heading[1]), heading[2]))
    return found


def section(text: str, title: str, inner: bool = True) -> str:
    """What stands below the heading `title`, up to the next one of its level; without `inner`, up to the next of any.

    Raises KeyError, with the headings there are, where there is no such heading.
    """
    lines, found = text.splitlines(), headings(text)
    for place, (number, level, words) in enumerate(found):
        if words == title:
            ends = (other[0] for other in found[place + 1 :] if not inner or other[1] <= level)
            return "\n".join(lines[number + 1 : next(ends, len(lines))]).strip()
    raise KeyError(f"There is no heading {title!r}, only {', '.join(repr(words) for _, _, words in found)}")


def beginning(text: str) -> tuple[str, str]:
    """The title of a text, and what stands between it and the next heading."""
    (number, _, title), *others = headings(text)
    end = others[0][0] if others else None
    return title, "\n".join(text.splitlines()[number + 1 : end]).strip()


def raised(text: str, by: int = 1) -> str:
    """The text with all headings so many levels higher, the highest at most."""
    lines = text.splitlines()
    for number, level, words in headings(text):
        lines[number] = f"{'#' * max(1, level - by)} {words}"
    return "\n".join(lines)


def blocks(text: str) -> list[str]:
    """The paragraphs, lists and tables of a text: what blank lines set apart. A code block stays one."""
    found: list[list[str]] = [[]]
    fence = ""
    for line in text.splitlines():
        if mark := FENCE.match(line):
            fence = mark[1] if not fence else "" if line.strip().startswith(fence) else fence
        if not line.strip() and not fence:
            found.append([])
        else:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found if lines]


def slug(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
