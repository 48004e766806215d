"""Builds the site: the pages to read, and below lite/ the workbook that runs in the browser.

python3 workbook.py site [--offline] [--to FOLDER]    which calls this in the site's environment: python -m website.build
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sys
import time
from pathlib import Path

from set_up import open_here
from website import npm
from website.browser import build as browser
from website.pages import build as pages

SITE = Path(__file__).resolve().parents[1] / "site"
OPEN = "open_here.py"
NO_NPM = (
    "The site needs npm, which comes with Node, to fetch the Python that runs in browsers: install Node from "
    "https://nodejs.org/ and run this command again."
)


def main(arguments: list[str]) -> None:
    """Build it, and say where it is and what travels to a reader."""
    parser = argparse.ArgumentParser(prog="workbook.py site", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--offline", action="store_true", help="a site that never asks another server for anything")
    parser.add_argument("--to", type=Path, default=SITE, metavar="FOLDER", help="where (default: site)")
    parser.add_argument("--from", dest="start", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    folder = (options.start / options.to).resolve()
    refuse_other_folders(folder)
    if not npm.is_here():
        sys.exit(NO_NPM)
    if npm.fetch():
        sys.exit("npm could not fetch its packages, and says above why.")
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print("The pages to read …", flush=True)
    pages.build(folder, options.offline)
    print("The workbook in the browser …", flush=True)
    browser.build(folder / "lite", options.offline)
    shutil.copyfile(open_here.__file__, folder / OPEN)
    (folder / ".nojekyll").touch()  # for GitHub's Pages: folders whose name begins with _ are handed out too
    print(f"Built in {time.monotonic() - started:.0f} s: {folder}\n{sizes(folder)}")


def refuse_other_folders(folder: Path) -> None:
    """Leave where what is there was not built by this command: it would be deleted."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / OPEN).is_file():
        sys.exit(f"{folder} is not a site that was built here: name an empty folder, or a new one, with --to.")


def sizes(folder: Path) -> str:
    """What the parts of a site take, in millions of bytes: on the disk, and as a web server sends them, packed by gzip."""
    lines = []
    for title, place in (("pages", folder), ("lite", folder / "lite")):
        files = [path for path in place.rglob("*") if path.is_file()]
        if place == folder:
            files = [path for path in files if folder / "lite" not in path.parents]
        raw = sum(path.stat().st_size for path in files)
        packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
        lines.append(f"  {title:6} {len(files):5} files {raw / 1e6:6.1f} MB, packed {packed / 1e6:6.1f} MB")
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
