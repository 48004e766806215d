"""Builds the site: the pages to read, and below lite/ the workbook that runs in the browser.

python3 workbook.py site [--offline] [--to FOLDER]    which calls this in the site's environment: python -m website.build
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path

from set_up import open_here
from website.browser import build as browser

HERE = Path(__file__).resolve().parent
SITE = HERE.parent / "site"
OPEN = "open_here.py"
DOOR = """<!DOCTYPE html>
<meta charset="utf-8">
<title>Chat Memory Workbook</title>
<meta http-equiv="refresh" content="0; url=lite/">
"""
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
    fetch_npm()
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if importlib.util.find_spec("website.pages"):
        print("The pages to read …", flush=True)
        importlib.import_module("website.pages.build").build(folder, options.offline)
    print("The workbook in the browser …", flush=True)
    browser.build(folder / "lite", options.offline)
    shutil.copyfile(open_here.__file__, folder / OPEN)
    if not (folder / "index.html").exists():
        (folder / "index.html").write_text(DOOR, encoding="utf-8", newline="\n")
    (folder / ".nojekyll").touch()  # for GitHub's Pages: folders whose name begins with _ are handed out too
    print(f"Built in {time.monotonic() - started:.0f} s: {folder}\n{sizes(folder)}")


def refuse_other_folders(folder: Path) -> None:
    """Leave where what is there was not built by this command: it would be deleted."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / OPEN).is_file():
        sys.exit(f"{folder} is not a site that was built here: name an empty folder, or a new one, with --to.")


def fetch_npm() -> None:
    """Install the packages of package.json, unless they are there as its lock says."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        sys.exit(NO_NPM)
    wanted, there = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if there.is_file() and there.stat().st_mtime >= wanted.stat().st_mtime:
        return
    print("The packages from npm …", flush=True)
    command = [npm, "ci", "--prefix", str(HERE), "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
    if subprocess.run(command, cwd=HERE).returncode:
        sys.exit("npm could not fetch its packages, and says above why.")


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
