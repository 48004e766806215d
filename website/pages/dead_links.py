"""Links of a built site that lead nowhere: to a page, a file or a heading that is not there."""

import posixpath
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

TAG = re.compile(r"<[a-zA-Z](?:[^<>\"]|\"[^\"]*\")*>")
LINK = re.compile(r"\s(?:href|src)=\"([^\"]*)\"")
ANCHOR = re.compile(r"\s(?:id|name)=\"([^\"]*)\"")
ADDRESS = re.compile(r"url\(\s*[\"']?(?!data:)([^\"')]+)")
BROWSER = "lite/"  # it is built apart


def dead(folder: Path) -> list[str]:
    """Each link that leads nowhere, with its page. Links into the browser's part count once that is built."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pages = sorted(name for name in files if name.endswith((".html", ".css")) and not name.startswith(BROWSER))
    links, anchors = {}, {}
    for name in pages:
        links[name], anchors[name] = in_page((folder / name).read_text(encoding="utf-8"), name)
    if not (folder / BROWSER).is_dir():
        files |= {posixpath.normpath(f"{BROWSER}{app}/index.html") for app in ("lab", "notebooks")}
    return [
        f"{name}: {link} {why}"
        for name in pages
        for link in sorted(links[name])
        if (why := wrong(link, name, files, anchors))
    ]


def in_page(text: str, name: str) -> tuple[set[str], set[str]]:
    """The links in a page or a style sheet, and the places in it to which a link can lead."""
    if name.endswith(".css"):
        return {address.strip() for address in ADDRESS.findall(text)}, set()
    tags = " ".join(TAG.findall(text))
    return {unescape(link) for link in LINK.findall(tags)}, {unescape(anchor) for anchor in ANCHOR.findall(tags)}


def wrong(link: str, page: str, files: set[str], anchors: dict[str, set[str]]) -> str:
    """Why a link leads nowhere; empty where it leads somewhere, or out of the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    if parts.path.startswith("/"):
        return "is no relative link: it breaks where the site lies in a folder"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path))) if parts.path else page
    if target not in files:
        return "leads to no file"
    if parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
        return "leads to no heading"
    return ""
