"""The tree of documents that Sphinx reads: every page of the site, by its name."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import challenges, front_page, lessons, sections
from .definitions import packages
from .docstrings import plain
from .elsewhere import elsewhere
from .links import Links
from .markdown_code import fenced
from .navigation import Groups, groups, toctrees
from .reference import Reference

MEMORY = "chat_memory"
README, TEACHING, CONTRIBUTING = "README.md", "TEACHING.md", "CONTRIBUTING.md"
TROUBLE, PROGRAM, MODEL = "Troubleshooting", "For a program of your own", "The offline model, for tests in any language"
UNSEARCHED = "---\norphan: true\nnosearch: true\n---"  # what a learner does not look for
REASONS = "Which one for which program"  # in the last lesson
GROUPS = {
    "Practice": ["challenges/index", "examples/index"],
    "Look up": ["guide", "reference/index", "troubleshooting", "offline_model"],
    "The workbook": ["install", "teaching", "contributing"],
}


@dataclass
class Tree:
    """The documents, by name; pictures, by their place on the site; and the list of pages that stands beside each."""

    documents: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    navigation: Groups = field(default_factory=list)


class Project:
    """What the pages are made from."""

    def __init__(self, root: Path, repository: str | None = None) -> None:
        self.root, self.repository = root, repository
        self.readme = self.read(README)
        self.notebooks = {path.stem: json.loads(self.read(path)) for path in sorted(root.glob("lessons/*.ipynb"))}
        self.examples = sorted(path.stem for path in root.glob("examples/[0-9]*.py"))
        self.teaching = (root / TEACHING).is_file()
        self.links = Links(root, self.pages(), f"https://github.com/{repository}" if repository else None)

    def read(self, path: str | Path) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def colab(self) -> str:
        """What has to be run first in Google Colab, where it clones this repository."""
        cell = self.root / "website" / "colab.py"
        text = cell.read_text(encoding="utf-8") if cell.is_file() else ""
        return re.sub(r"(https://github\.com/)[\w.-]+/[\w.-]*[\w-]", rf"\g<1>{self.repository}", text)

    def pages(self) -> dict[str, str]:
        """The files of the project, and headings of the README, that have a page of their own."""
        found = {f"lessons/{name}.ipynb": f"lessons/{name}.md" for name in self.notebooks}
        found |= {f"work/{name}.py": f"challenges/{name}.md" for name in self.notebooks}
        found |= {f"examples/{name}.py": f"examples/{name}.md" for name in self.examples}
        found |= {README: "index.md", CONTRIBUTING: "contributing.md", TEACHING: "teaching.md"}
        found |= {MEMORY: "reference/index.md", f"{MEMORY}/readme.md": "reference/index.md"}
        found |= {"lessons": "index.md", "work": "challenges/index.md", "tests/challenges": "challenges/index.md"}
        found |= {"examples": "examples/index.md"}
        headings = {
            "Start": "install.md",
            "Who answers": "install.md",
            TROUBLE: "troubleshooting.md",
            PROGRAM: "guide.md",
        }
        headings |= {"The memory": "reference/index.md", MODEL: "offline_model.md"}
        return found | {f"{README}#{sections.slug(title)}": page for title, page in headings.items()}

    def of_readme(self, title: str, page: str, inner: bool = True) -> str:
        """A section of the README, on a page."""
        return self.links.rewritten(sections.section(self.readme, title, inner), README, page)

    def whole(self, path: str, page: str, title: str | None = None) -> str:
        """A Markdown file of the project, on a page; with `title` in place of its own."""
        text = self.links.rewritten(self.read(path), path, page)
        return text if title is None else f"# {title}\n\n{text.split(chr(10), 1)[1]}"


def tree(project: Project) -> Tree:
    """Every page, from what the project says; nothing is run."""
    made = Tree()
    put = made.documents.__setitem__
    for name, notebook in project.notebooks.items():
        put(f"lessons/{name}.md", a_lesson(project, name, notebook, made))
    for name in project.notebooks:
        put(f"challenges/{name}.md", a_challenge(project, name))
    listed = project.of_readme("Lessons", "challenges/index.md")
    put("challenges/index.md", listing("Challenges", front_page.of_challenges(listed), project.notebooks))
    for name in project.examples:
        put(f"examples/{name}.md", a_script(project, name))
    put(
        "examples/index.md",
        listing("Scripts", "The finished script of each lesson, to be run in a terminal.", project.examples),
    )
    put("guide.md", a_guide(project, made))
    put("troubleshooting.md", f"# {TROUBLE}\n\n{project.of_readme(TROUBLE, 'troubleshooting.md')}\n")
    install = [f"## {title}\n\n{project.of_readme(title, 'install.md')}" for title in ("Start", "Who answers")]
    put("install.md", "\n\n".join(["# Install it", front_page.getting_it(project.repository), *install]))
    put("offline_model.md", f"# The offline model\n\n{project.of_readme(MODEL, 'offline_model.md')}\n")
    put("contributing.md", project.whole(CONTRIBUTING, "contributing.md"))
    if project.teaching:
        put("teaching.md", f"{UNSEARCHED}\n\n{project.whole(TEACHING, 'teaching.md')}")
    made.documents.update(a_reference(project))
    put("index.md", front_page.index(project.readme, project.links, next(iter(project.notebooks))))
    put_shown_files(project, made)
    listed = {"Lessons": [f"lessons/{name}" for name in project.notebooks], **GROUPS}
    made.navigation = groups(made.documents, listed)
    made.documents["index.md"] += f"\n\n{toctrees(made.navigation)}\n"
    for place, path in project.links.pictures.items():
        made.pictures[place] = path.read_bytes()
    return made


def a_lesson(project: Project, name: str, notebook: dict[str, Any], made: Tree) -> str:
    return lessons.page(
        notebook, name, project.links, made.pictures, elsewhere(name, project.repository, project.colab())
    )


def a_challenge(project: Project, name: str) -> str:
    folder = project.root / "tests" / "challenges" / name
    return challenges.page(folder, f"lessons/{name}.md", plain(lessons.title(project.notebooks[name])))


def a_script(project: Project, name: str) -> str:
    """A lesson's finished script."""
    code = fenced(project.read(f"examples/{name}.py").rstrip("\n"), "python")
    lesson = f"The finished script of [its lesson](/lessons/{name}.md)." if name in project.notebooks else ""
    return f"# {plain(f'examples/{name}.py')}\n\n{lesson}\n\n{code}\n"


def a_guide(project: Project, made: Tree) -> str:
    """Which memory for which program: the README's table, and the reasons that the last lesson measures."""
    name, notebook = list(project.notebooks.items())[-1]
    said = with_lessons(project.of_readme(PROGRAM, "guide.md", inner=False), list(project.notebooks))
    reasons = sections.section(lessons.text(notebook), REASONS)
    reasons = project.links.rewritten(reasons, f"lessons/{name}.ipynb", "guide.md")
    return f"# Which memory for which program\n\n{said}\n\n## The reasons\n\n{reasons}\n"


def with_lessons(table: str, names: list[str]) -> str:
    """The numbers of lessons in the last column of a table as links to them."""
    pages = {name[:2]: f"/lessons/{name}.md" for name in names}

    def linked(row: re.Match[str]) -> str:
        return re.sub(
            r"\b\d\d\b", lambda found: f"[{found[0]}]({pages[found[0]]})" if found[0] in pages else found[0], row[0]
        )

    return re.sub(r"(?<=\| )[\d, ]+(?=\|$)", linked, table, flags=re.M)


def listing(title: str, said: str, names: Iterable[str]) -> str:
    """A page with a list of pages beside it."""
    listed = "\n".join(names)
    return f"# {title}\n\n{said}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"


def a_reference(project: Project) -> dict[str, str]:
    """The pages of the reference: how to begin, a page for each package, and the types."""
    reference, names = Reference(project.root), packages(project.root, MEMORY)
    pages = {f"reference/{name}.md": reference.package(name) for name in names}
    pages["reference/types.md"] = reference.types_page()
    page = "reference/index.md"
    begin = project.whole(f"{MEMORY}/readme.md", page, title="Reference: chat_memory")
    listed = "\n".join([*names, "types"])
    pages[page] = f"{begin}\n\n## All names\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    return pages


def put_shown_files(project: Project, made: Tree) -> None:
    """Pages for other files that are linked to, and for those that these link to in turn."""
    shown = project.links.shown
    while left := sorted(path for path, page in shown.items() if page not in made.documents):
        for path in left:
            page = shown[path]
            if path.endswith(".md"):
                made.documents[page] = f"{UNSEARCHED}\n\n{project.whole(path, page)}"
            else:
                language = {"py": "python", "toml": "toml", "sh": "sh"}.get(path.rpartition(".")[2], "text")
                code = fenced(project.read(path).rstrip("\n"), language)
                made.documents[page] = f"{UNSEARCHED}\n\n# {plain(path)}\n\n{code}\n"
