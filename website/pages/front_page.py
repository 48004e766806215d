"""The front page: what the workbook is, three ways into it, and the map of lessons. The texts are the README's own."""

from . import lessons, sections
from .links import Links

README = "README.md"
MAP = "Lessons"
HOME = ".github.io/"  # in what the README says of this site


def index(readme: str, links: Links, first: str) -> str:
    """The front page; `first` is the first lesson."""
    page = "index.md"
    title, said = sections.beginning(readme)
    said = "\n\n".join(block for block in sections.blocks(said) if HOME not in block)
    listed = sections.blocks(sections.section(readme, MAP))
    end = next(number for number, block in enumerate(listed) if block.startswith("|"))
    while end + 1 < len(listed) and not listed[end + 1].startswith("Each lesson ends"):
        end += 1
    parts = [
        f"# {title}",
        links.rewritten(said, README, page),
        ways_in(first),
        f"## {MAP}",
        links.rewritten("\n\n".join(listed[: end + 1]), README, page),
    ]
    return "\n\n".join(parts)


def ways_in(first: str) -> str:
    """Run it, read it, install it."""
    return f"""<ul class="ways">
<li>{lessons.run_links(lessons.START, "index.md")}
<span>Nothing to install: Python runs on the page. Your work is kept in this browser.
Who answers is a small offline model; a real one can: the first page there says how.</span></li>
<li><a class="run" href="lessons/{first}.html">Read lesson {first[:2]}</a>
<span>Every lesson as it ran, with its answers folded.</span></li>
<li><a class="run" href="install.html">Install it</a><span>One command; then it needs no network.</span></li>
</ul>"""


def of_challenges(said: str) -> str:
    """What the README says of the challenges, below its map of lessons."""
    listed = sections.blocks(said)
    begin = next((number for number, block in enumerate(listed) if block.startswith("Each lesson ends")), len(listed))
    return "\n\n".join(listed[begin:])


def getting_it(repository: str | None) -> str:
    """How a reader of the pages gets the folder in which all commands are given. `repository` is OWNER/NAME."""
    if not repository:
        return "You need the folder of the workbook."
    address, folder = f"https://github.com/{repository}", repository.partition("/")[2]
    return f"""You need Python 3.11 or newer, and the folder of the workbook, in which all commands are given:

```
git clone {address}
cd {folder}
```

Without git: download [the whole as a zip file]({address}/archive/HEAD.zip), and unpack it."""
