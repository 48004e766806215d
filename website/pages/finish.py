"""What is left out of a built site, because no reader needs it: source maps, Sphinx's notes, a second set of icons.

The theme's icons come twice, as a font and as a script of 1.6 MB that each page asks for. The font is enough.
"""

import re
import shutil
from pathlib import Path

NEEDLESS = (
    "**/*.map",
    "**/*.LICENSE.txt",
    ".buildinfo",
    "objects.inv",
    "**/*webpack-macros.html",
    "_static/.gitignore",
)
NEEDLESS += ("_static/scripts/fontawesome.js", "_static/*.png")
NEEDLESS_FOLDERS = ("_sources", "_static/locales", "_static/images")
EMPTY_HEADING = re.compile(r"<th\b[^>]*>\s*(?:<p>\s*</p>)?\s*</th>")
EMPTY_HEAD = re.compile(rf"<thead>\s*<tr\b[^>]*>\s*(?:{EMPTY_HEADING.pattern}\s*)+</tr>\s*</thead>")
PARAMETERS = re.compile(r"<dl>\s*((?:<dd><em class=\"sig-param\">.*?</dd>\s*)+)</dl>", re.S)
ICONS = re.compile(r"\s*(?:<!-- So that users can add custom icons -->\s*)?<script[^>]*/fontawesome\.js[^>]*></script>")


def clean(folder: Path) -> None:
    """Delete what no page asks for."""
    for pattern in NEEDLESS:
        for path in folder.glob(pattern):
            path.unlink()
    for name in NEEDLESS_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for page in folder.rglob("*.html"):
        page.write_text(mended(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def mended(page: str) -> str:
    """A page without the script of the icons, without headings of tables in which nothing stands, and with its lists whole."""
    page = page.replace(
        'data-theme="auto"', 'data-theme="light"', 1
    )  # without JavaScript; the theme's script sets the real one
    page = PARAMETERS.sub(lambda found: spans(found[1]), page)
    return EMPTY_HEADING.sub("<td></td>", EMPTY_HEAD.sub("", ICONS.sub("", page)))


def spans(parameters: str) -> str:
    """The parameters of a signature, which Sphinx makes a list of descriptions without what they describe, as lines."""
    return parameters.replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")


def size(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
