"""The workbook's home on the web: named once, in pyproject.toml; every address of ours follows from it.

python -m website.home                     says whether all addresses agree
python -m website.home OWNER/REPOSITORY    makes them those of a fork
python -m website.home --here              says whether they are those of the repository in whose workflow this runs
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("pyproject.toml", "README.md", "website/colab.py")  # the files with addresses of ours
# As GitHub names them: an owner has letters, digits and single hyphens, a repository dots and underscores as well.
NAME = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*/[A-Za-z0-9_.-]*[A-Za-z0-9_-]"
# Where others open a repository of GitHub by its name.
BY_NAME = (
    "https://github.com/",
    "https://mybinder.org/v2/gh/",
    "https://codespaces.new/",
    "https://colab.research.google.com/github/",
)
ADDRESS = re.compile(
    rf"({'|'.join(map(re.escape, BY_NAME))})(?!codespaces/badge)({NAME})|https://[\w-]+\.github\.io/([\w.-]+/)?"
)


def name(root: Path = ROOT) -> str:
    """OWNER/REPOSITORY, as pyproject.toml says it; in a workflow of GitHub, that of the repository in which it runs."""
    return os.environ.get("GITHUB_REPOSITORY") or named(root)


def named(root: Path = ROOT) -> str:
    """OWNER/REPOSITORY, as pyproject.toml says it."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    return str(urls["Repository"]).removeprefix("https://github.com/").strip("/")


def site(of: str) -> str:
    """The address at which GitHub publishes the site of a repository."""
    owner, repository = of.split("/")
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if repository.lower() == host else f"https://{host}/{repository}/"


def astray(root: Path = ROOT) -> Iterator[str]:
    """The addresses in the PLACES that are not those of the repository that pyproject.toml names."""
    ours = named(root)
    for place in PLACES:
        for found in ADDRESS.finditer((root / place).read_text(encoding="utf-8")):
            if (found[2] or ours) != ours or (not found[2] and found[0] != site(ours)):
                yield f"{place}: {found[0]} is not of {ours}"


def move(to: str, root: Path = ROOT) -> None:
    """Make every address in the PLACES one of another repository."""
    for place in PLACES:
        path = root / place
        text = path.read_text(encoding="utf-8")
        new = ADDRESS.sub(lambda found: f"{found[1]}{to}" if found[2] else site(to), text)
        path.write_text(new, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> str:
    """Do what the arguments say; return what is wrong, "" where nothing is."""
    if arguments == ["--here"]:
        here = os.environ.get("GITHUB_REPOSITORY", "")
        if here.lower() == named().lower():
            return ""
        return (
            f"This is the repository {here or '(none)'}, but README.md and pyproject.toml name {named()} as the workbook's home. "
            f"For a fork with a site of its own: python -m website.home {here or 'OWNER/REPOSITORY'}, then commit."
        )
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return ""
    if len(arguments) > 1 or (arguments and (not re.fullmatch(NAME, arguments[0]) or arguments[0].endswith(".git"))):
        return (
            f"{' '.join(arguments)!r} is no repository: write OWNER/REPOSITORY, as in the address behind github.com/."
        )
    if arguments:
        move(arguments[0])
    print(f"The workbook's home is {named()}, its site {site(named())}.")
    return "\n".join(astray())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
