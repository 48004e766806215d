"""The list of pages beside every page, in groups; and the same as Sphinx's toctrees, from which "previous" and "next" come."""

from collections.abc import Mapping, Sequence
from typing import Any

from .sections import headings

TREE = "```{{toctree}}\n:hidden:\n\n{names}\n```"
Groups = list[dict[str, Any]]


def short(title: str) -> str:
    """A title as the list has it, below "Challenges" too: what stands before a colon, without Markdown."""
    return title.partition(":")[0].removeprefix("Challenge ").replace("\\", "").replace("`", "").strip()


def title_of(text: str) -> str:
    """The first heading of a document."""
    return next((words for _, _, words in headings(text)), "")


def groups(documents: Mapping[str, str], listed: Mapping[str, Sequence[str]]) -> Groups:
    """The groups of pages, by their caption. Pages that are not there are left out.

    An index, such as "challenges/index", has the other pages of its folder within it, in their order.
    """

    def page(name: str) -> dict[str, Any]:
        folder = name.rpartition("/")[0]
        inner = [
            (other[:-3], short(title_of(text)))
            for other, text in documents.items()
            if name.endswith("/index") and other.startswith(f"{folder}/") and other != f"{name}.md"
        ]
        return {"document": name, "title": short(title_of(documents[f"{name}.md"])), "inner": inner}

    return [
        {"caption": caption, "pages": [page(name) for name in names if f"{name}.md" in documents]}
        for caption, names in listed.items()
    ]


def toctrees(found: Groups) -> str:
    """The same order for Sphinx, on the front page."""
    return "\n\n".join(TREE.format(names="\n".join(page["document"] for page in group["pages"])) for group in found)
