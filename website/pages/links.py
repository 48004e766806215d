"""Links: what a file of the project links to, as a page of the site, and every link in a Markdown text led there.

A lesson, a challenge and a script have pages of their own. A work file leads to its challenge. Any other file of the
project that is linked to is shown as it is, for which it is noted in `shown`; a solution never is.
"""

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

from .pictures import picture, size_of, words_of

CHALLENGE = re.compile(r"(?:work/|tests/challenges/)(\d\d_\w+?)(?:\.py$|/.*|$)")
TARGET = r"<[^<>\n]*>|[^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*"
# Each of its characters can be read in one way only, and nothing is read twice: a text full of signs takes no longer.
LABEL = r"(?:[^\[\]`\\\n]|\n(?!\s*\n)|\\.|`[^`]*`|\[(?:[^\[\]\\]|\\.)*+\](?:\([^()]*\))?)*+"
PARTS = re.compile(
    r"(?P<fence>^ {0,3}(?P<mark>`{3,}|~{3,}).*?(?:^ {0,3}(?P=mark)[`~]*\s*?$|\Z))"
    r"|(?P<comment><!--.*?-->|\\[\[\]!])"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    rf"|(?P<link>(?P<image>!?)\[(?P<label>{LABEL})\]\(\s*(?P<target>{TARGET})(?P<title>\s+(?:\"[^\"]*\"|'[^']*'))?\s*\))"
    r"|(?P<reference>^ {0,3}\[(?P<name>[^^\]\n][^\]\n]*)\]:[ \t]+(?P<to><[^>\n]*>|\S+))"
    r"|(?P<html>(?<=\s)(?P<attribute>href|src)=(?P<quote>[\"'])(?P<value>.*?)(?P=quote))",
    re.M | re.S,
)


class Links:
    """Where links lead. `pages` are the files and headings of the project that have a page, with the page's document."""

    def __init__(self, root: Path, pages: dict[str, str], repository: str | None = None) -> None:
        self.root, self.pages, self.repository = root.resolve(), pages, repository
        self.shown: dict[str, str] = {}  # files of the project, and the documents that show them
        self.pictures: dict[str, Path] = {}  # where they are on the site, and the files

    def page_of(self, target: str, source: str) -> str | None:
        """Where a link in the file `source` leads: an address, "/document.md#heading", or None for what has no page.

        Raises FileNotFoundError where the project has no such file.
        """
        if re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.I):
            return target
        place, _, anchor = target.partition("#")
        path = self.path_of(place, source) if place else source
        if whole := self.pages.get(f"{path}#{anchor}"):
            return f"/{whole}"
        tail = f"#{anchor}" if anchor else ""
        if page := self.pages.get(path) or self.challenge_of(path):
            return f"/{page}{tail}"
        if not place:
            return tail
        if (self.root / path).is_file():
            self.shown[path] = f"files/{path}.md"
            return f"/{self.shown[path]}{tail}"
        return f"{self.repository}/tree/HEAD/{path}" if self.repository else None

    def path_of(self, place: str, source: str) -> str:
        """The path in the project to which a link of the file `source` leads."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(place)))
        found = (self.root / path).resolve()
        if not found.is_relative_to(self.root) or not found.exists():
            raise FileNotFoundError(f"{source} links to {place}, and there is no such file in the project.")
        return path

    def challenge_of(self, path: str) -> str | None:
        """The page of the challenge that a work file, or any file of a challenge, belongs to."""
        found = CHALLENGE.match(path)
        return self.pages.get(f"work/{found[1]}.py") if found else None

    def rewritten(self, text: str, source: str, page: str) -> str:
        """A Markdown text of the file `source`, with every link as it is on the page `page`. Code stays as it is."""

        def replaced(found: re.Match[str]) -> str:
            if found["reference"]:
                return f"[{found['name']}]: {self.page_of(found['to'].strip('<>'), source) or '#'}"
            if found["html"]:
                return f"{found['attribute']}={found['quote']}{self.file_address(found, source, page)}{found['quote']}"
            if not found["link"]:
                return found[0]
            target = found["target"].strip("<>")
            if found["image"]:
                return self.image(found["label"], target, source, page)
            label = self.rewritten(found["label"], source, page) if found["label"] else ""
            address = self.page_of(target, source)
            if address and " " in address:
                address = f"<{address}>"
            return f"[{label}]({address}{found['title'] or ''})" if address else label

        return PARTS.sub(replaced, text)

    def file_address(self, found: re.Match[str], source: str, page: str) -> str:
        """The same for an attribute in HTML, which Sphinx does not read: relative, with the ending of a page."""
        value = found["value"]
        if found["attribute"] == "src":
            return self.picture_of(value, source, page)
        to = self.page_of(value, source)
        if not to or not to.startswith("/"):
            return to or "#"
        name, _, anchor = to[1:].partition("#")
        return relative(html(name), page) + (f"#{anchor}" if anchor else "")

    def image(self, words: str, target: str, source: str, page: str) -> str:
        """A picture of the project as HTML. One from elsewhere, such as a badge, is left out: its words stay."""
        if "://" in target:
            return words
        address, path = self.picture_of(target, source, page), self.root / self.path_of(target, source)
        svg = path.read_text(encoding="utf-8") if path.suffix == ".svg" else ""
        return picture(address, words or words_of(svg) or path.stem, size_of(svg))

    def picture_of(self, target: str, source: str, page: str) -> str:
        """The address of a picture on a page, for which the picture is noted."""
        path = self.path_of(target, source)
        self.pictures[f"pictures/{path}"] = self.root / path
        return relative(f"pictures/{path}", page)


def relative(to: str, page: str) -> str:
    """The address of a file of the site, seen from a page: it holds wherever the site lies."""
    return posixpath.relpath(to, posixpath.dirname(page) or ".")


def html(document: str) -> str:
    """The file of the site that a document becomes."""
    return posixpath.splitext(document)[0] + ".html"
