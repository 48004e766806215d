"""A lesson as a page: as it is stored, with its outputs, its links led to pages, and a way to run it in the browser."""

from html import escape
from typing import Any

from . import outputs
from .links import Links, relative
from .markdown_code import fenced
from .sections import headings

LAB, NOTEBOOK = "lite/lab/index.html", "lite/notebooks/index.html"  # on a wide screen, and on a phone
START = "start_here.ipynb"  # what there is to know of the browser
INTRODUCED = "This page shows what each cell gave. To guess before you look, run it yourself."


def title(notebook: dict[str, Any]) -> str:
    """The first heading of a lesson."""
    return next(words for cell in markdown_cells(notebook) for _, _, words in headings(outputs.joined(cell["source"])))


def markdown_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def text(notebook: dict[str, Any]) -> str:
    """All that a lesson says between its code."""
    return "\n\n".join(outputs.joined(cell["source"]) for cell in markdown_cells(notebook))


def run_links(path: str, page: str) -> str:
    """ "Run in the browser", in JupyterLab; on a phone, where that is unusable, in the Notebook."""
    path = escape(path)
    wide, narrow = (relative(each, page) for each in (LAB, NOTEBOOK))
    return (
        f'<a class="run on-a-screen" href="{wide}?path={path}">Run in the browser</a>'
        f'<a class="run on-a-phone" href="{narrow}?path={path}">Run in the browser</a>'
    )


def way_in(name: str, page: str, elsewhere: str = "") -> str:
    """What stands below a lesson's title: where it can be run."""
    know, lesson = run_links(START, page).replace("Run in the browser", "what to know first"), f"lessons/{name}.ipynb"
    know = know.replace('class="run ', 'class="')
    line = f'<div class="way-in">{run_links(lesson, page)} <span>{INTRODUCED} ({know})</span></div>'
    return f"{line}\n\n{elsewhere}".rstrip()


def below_title(source: str, added: str) -> str:
    """Markdown, with something added below its first heading; at its beginning where there is none."""
    lines = source.splitlines()
    line = next((number + 1 for number, _, _ in headings(source)), 0)
    return "\n".join([*lines[:line], "", added, "", *lines[line:]])


def page(notebook: dict[str, Any], name: str, links: Links, kept: outputs.Kept, elsewhere: str = "") -> str:
    """The notebook `name` as Markdown. Its pictures go into `kept`, by their place on the site; `elsewhere` is Markdown."""
    source, document = f"lessons/{name}.ipynb", f"lessons/{name}.md"
    parts = ["---\ntocdepth: 2\n---"]  # beside the page stand the headings of its ideas, and not each question
    for number, cell in enumerate(notebook["cells"], start=1):
        said = outputs.joined(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(links.rewritten(said, source, document))
        elif cell["cell_type"] == "code" and said.strip():
            place = f"pictures/{name}/{number:02}"
            try:
                given = outputs.shown(cell.get("outputs", []), place, kept, relative(place, document))
            except ValueError as error:
                raise ValueError(f"{source}: cell {number}: {error}.") from error
            parts += ['<div class="cell">', fenced(said, "python"), *given, "</div>"]
        elif said.strip():
            raise ValueError(f"{source}: cell {number} is neither code nor text, and has no place on a page.")
    parts[1] = below_title(parts[1], way_in(name, document, elsewhere))
    return "\n\n".join(parts) + "\n"
