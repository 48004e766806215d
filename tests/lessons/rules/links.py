"""Links: to files, and to the lessons before and after."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..notebook import LINK, Lesson, load, text_of
from .rule import check

LAST = 14  # the number of the last lesson: nothing comes after it


@check
def every_link_leads_somewhere(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        for label, target, attribute in LINK.findall(cell.prose):
            target = target or attribute
            if re.match(r"[a-z][a-z0-9+.-]+:|#", target):
                continue  # the web, or a heading of this page
            file = lesson.path.parent / target.split("#")[0]
            if target.startswith("/") or "\\" in target or not is_there(file):
                yield f"{cell} links to {target}, which does not exist from lessons/. Mend the link."
            elif re.match(r"\d\d ", label) and file.suffix == ".ipynb":
                title = load(file).cells[0].source.splitlines()[0]
                if not re.match(rf"# {re.escape(label)}(?!\w)", title):
                    yield f"{cell} calls {target} {label!r}, but its title is {title.lstrip('# ')!r}."


def is_there(file: Path) -> bool:
    """Whether a file exists under exactly this name: capitals matter on some systems and not on others."""
    return file.exists() and (file.name in ("", "..") or file.name in {other.name for other in file.parent.iterdir()})


@check
def the_lessons_before_and_after_are_linked(lesson: Lesson) -> Iterator[str]:
    text = text_of(lesson.section("Next"))
    targets = [target for _, target, _ in LINK.findall(text)]
    there = {path.name[:2]: path.name for path in lesson.path.parent.glob("[0-9][0-9]_*.ipynb")}
    before, after = f"{lesson.number - 1:02}", f"{lesson.number + 1:02}"
    if lesson.number > 1 and there.get(before, "") not in targets:
        yield f"## Next does not lead back. Add: Back: [{before} · …]({there.get(before, before + '_….ipynb')})"
    to_come = re.search(rf"\*\*{after} · [^*]+\*\* \(to come\)", text)
    if after in there:
        if there[after] not in targets:
            yield f"## Next does not lead on. Add: **[{after} · …]({there[after]})**"
        if "(to come)" in text:
            yield f"## Next calls a lesson to come, but lessons/{there[after]} is here. Take (to come) out."
    elif lesson.number < LAST and not to_come:
        yield f"## Next does not say what comes. Add: **{after} · its title** (to come)"
