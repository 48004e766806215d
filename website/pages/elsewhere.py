"""Where else a lesson can be run: on machines that others lend, for which the project has to be on GitHub."""

from .markdown_code import fenced

COLAB = "https://colab.research.google.com/github/{repository}/blob/HEAD/lessons/{lesson}.ipynb"
BINDER = "https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/work/lessons/{lesson}.ipynb"


def elsewhere(lesson: str, repository: str | None, cell: str) -> str:
    """The ways to run a lesson, folded. `repository` is OWNER/NAME; `cell` what has to be run first in Colab."""
    lines = ["<details><summary>Run it elsewhere</summary>", "On your machine: [install it](/install.md)."]
    if repository:
        binder, colab = (address.format(repository=repository, lesson=lesson) for address in (BINDER, COLAB))
        lines += [
            f"On a machine that is lent to you, without an account: [in Binder]({binder}). It takes some minutes to start.",
            f"With an account of Google's: [in Colab]({colab}), where this cell has to be run first, above all others:",
            fenced(cell.strip("\n"), "python"),
        ]
    return "\n\n".join([*lines, "</details>"])
