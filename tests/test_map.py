"""The map in CONTRIBUTING.md is the house as it is: every room, its one idea, and which rooms it knows, all further down."""

import ast
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from .imports import reached

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = "everything"


class Room(NamedTuple):
    """A row of the map: a folder or some of its modules, what it says of itself, and the rooms that it knows."""

    name: str
    idea: str
    knows: tuple[str, ...]
    modules: tuple[str, ...] = ()  # of the folder; none: all that have no room of their own


def rooms_in(text: str) -> dict[str, Room]:
    """The rows of the map, by name and in their order. A name is a path, with the modules behind it if there are some."""
    rooms = {}
    for name, idea, knows in re.findall(r"^\| (`[^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.M):
        path, *modules = re.findall(r"`([^`]+)`", name)
        known = (EVERYTHING,) if knows == EVERYTHING else tuple(re.findall(r"`([^`]+)`", knows))
        rooms[path if not modules else f"{path}{modules[0]}"] = Room(path, idea, known, tuple(modules))
    return rooms


def seen_from(here: str, there: str) -> str:
    """How a room calls another one: `store/` beside it in the same package, and another package as a whole."""
    top, _, inner = there.partition("/")
    if not inner:
        return there
    return inner if top == here.split("/")[0] else f"{top}/"


def room_of(path: Path, root: Path, rooms: dict[str, Room]) -> str | None:
    """The room in which a file is: the row that names its module, else that of the nearest folder."""
    place = path.relative_to(root)
    for name, room in rooms.items():
        if room.modules and place.parent == Path(room.name) and place.stem in room.modules:
            return name
    for above in (place, *place.parents):
        for name, room in rooms.items():
            if not room.modules and re.fullmatch(pattern_of(room.name), above.as_posix()):
                return name
    return None


def pattern_of(name: str) -> str:
    """`NN_name` in a room's name stands for each lesson's number and name."""
    return re.escape(name.rstrip("/")).replace("NN_name", r"\d\d_\w+")


def code_of(path: Path) -> list[str]:
    """The source of a file: of a notebook, that of each cell which is Python and nothing else."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return [text]
    cells = json.loads(text)["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [source for source in sources if not source.lstrip().startswith(("%", "!"))]


def file_of(name: str, root: Path) -> Path | None:
    """The file of ours to which a full name leads: that of the module itself, or of the one in which the name stands."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = root.joinpath(*parts[:end])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if path.is_file():
                return path
    return None


def files_of(root: Path, rooms: dict[str, Room]) -> list[Path]:
    """The programs of the project: the Python files and lessons in the folders, and at the top, that the map names."""
    tops = {room.name.split("/")[0] for room in rooms.values()}
    found = [path for path in root.glob("*.py") if path.name != "conftest.py"]
    for top in sorted(tops):
        found += [*root.glob(f"{top}/**/*.py"), *root.glob(f"{top}/*.ipynb")]
    skipped = {"solutions", "mistakes", "__pycache__", "versions"}  # a learner's programs, right and wrong
    return sorted(path for path in found if not skipped & set(path.relative_to(root).parts))


def arrows(root: Path, rooms: dict[str, Room]) -> dict[str, dict[str, str]]:
    """Which room imports which, with one of the imports as an example."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in files_of(root, rooms):
        here = room_of(path, root, rooms)
        place = path.relative_to(root).with_suffix("")
        module = ".".join(place.parent.parts if path.name == "__init__.py" else place.parts)
        names = {name for code in code_of(path) for name in reached(code, module, path.name == "__init__.py")}
        for name in sorted(names):
            if here and (target := file_of(name, root)) and (there := room_of(target, root, rooms)) not in (here, None):
                how = f"{path.relative_to(root).as_posix()} imports {name}"
                found[here].setdefault(seen_from(here, there), how)
    return found


def wrong(root: Path, text: str) -> list[str]:
    """What the map says that is not so, and what it leaves out."""
    rooms = rooms_in(text)
    files, found, problems = files_of(root, rooms), arrows(root, rooms), []
    homeless = sorted({path.relative_to(root).as_posix() for path in files if room_of(path, root, rooms) is None})
    problems += [f"{path} is in no room of the map" for path in homeless]
    inhabited = {room_of(path, root, rooms) for path in files}
    order = list(rooms)
    for name, room in rooms.items():
        if name not in inhabited:
            problems.append(f"{name}: nothing is there")
        problems += [
            f"{name}: {module} is not there"
            for module in room.modules
            if not (root / room.name / f"{module}.py").is_file()
        ]
        face = root / room.name / "__init__.py"
        if face.is_file() and not room.modules and first_line(face) != room.idea:
            problems.append(f"{name}: the map says {room.idea!r}, its __init__ {first_line(face)!r}")
        if EVERYTHING in room.knows:
            continue
        problems += [f"{name} does not know {other}" for other in room.knows if other not in found[name]]
        problems += [f"{name} knows {other}: {how}" for other, how in found[name].items() if other not in room.knows]
        above = {seen_from(name, other) for other in order[: order.index(name) + 1]}
        problems += [f"{name} knows {other}, which is not further down" for other in room.knows if other in above]
    return problems


def first_line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.splitlines()[0] if said else ""


def test_the_map_is_the_house():
    problems = wrong(ROOT, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert not problems, "\n".join(problems)


def test_what_is_named_in_contributing_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {path for quoted in re.findall(r"`([^`\n]+)`", text) for path in re.findall(r"[\w./-]*/[\w./-]*", quoted)}
    named = {path for path in named if not re.search(r"NN_name|^\.venv", path)}
    tops = ("tests/", "lessons/", "examples/", "work/", "chat_memory/", "mock_model/", "set_up/")
    assert {"tests/test_map.py", "tests/challenges/desk.py"} <= named
    assert [path for path in sorted(named) if path.startswith(tops) and not (ROOT / path).exists()] == []


MAP = """
| room | its idea | knows |
|---|---|---|
| `lessons/` | to read | `pack/` |
| `pack/` `top` `__init__` | on top | `inner/` |
| `pack/inner/` | Inside. | `base` |
| `pack/` `base` | below | nothing |
| `tests/NN_name/` | trials | everything |
"""
HOUSE = {
    "lessons/01_one.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["from pack import top"]}]}),
    "pack/__init__.py": "from .top import f",
    "pack/top.py": "from .inner import g",
    "pack/inner/__init__.py": '"""Inside."""\nfrom ..base import h',
    "pack/base.py": "import json",
    "tests/01_one/trial.py": "import pack.base",
}


def built(root: Path, house: dict[str, str]) -> Path:
    for name, text in house.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_a_map_that_is_right_is_accepted(tmp_path):
    assert wrong(built(tmp_path, HOUSE), MAP) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pack/base.py", "from .inner import g", "pack/base knows inner/"),
        ("pack/base.py", "def late():\n    from . import top", "pack/base knows top: pack/base.py imports pack.top"),
        ("pack/base.py", "import importlib\nimportlib.import_module('pack.inner')", "pack/base knows inner/"),
        ("pack/inner/new.py", "from pack.top import f", "pack/inner/ knows top"),
        ("pack/inner/__init__.py", '"""Inside."""', "pack/inner/ does not know base"),
        ("pack/inner/__init__.py", '"""Outside."""\nfrom ..base import h', "its __init__ 'Outside.'"),
        ("pack/lost.py", "", "pack/lost.py is in no room"),
        ("lost.py", "", "lost.py is in no room"),
        ("pack/other/__init__.py", "", "pack/other/__init__.py is in no room"),
    ],
)
def test_a_house_that_is_not_as_its_map_is_found(tmp_path, name, text, words):
    problems = wrong(built(tmp_path, HOUSE | {name: text}), MAP)
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    "source",
    [
        "import pack",
        "import json, pack.top as top",
        "from pack import top",
        "from pack.top import f",
        "def late():\n    from pack.top import f",
        "from .. import top",
        "from ..top import f",
        "if True:\n    import importlib\n    importlib.import_module('pack.top')",
        "__import__('pack.top')",
    ],
)
def test_every_way_to_look_out_of_a_room_is_seen(tmp_path, source):
    problems = wrong(built(tmp_path, HOUSE | {"pack/inner/new.py": source}), MAP)
    assert [problem.partition(":")[0] for problem in problems] == ["pack/inner/ knows top"]


@pytest.mark.parametrize(
    "source",
    ["import json, openai, pack.inner.new", "from pack.inner import new", "from . import new", "from .new import f"],
)
def test_a_look_into_the_same_room_is_allowed(tmp_path, source):
    assert wrong(built(tmp_path, HOUSE | {"pack/inner/new.py": "", "pack/inner/more.py": source}), MAP) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| `base` |", "| nothing |", "pack/inner/ knows base"),
        ("| nothing |", "| `inner/` |", "pack/base does not know inner/"),
        ("| nothing |", "| `top` |", "pack/base knows top, which is not further down"),
        ("| Inside. |", "| Beside. |", "the map says 'Beside.'"),
        ("`pack/` `base`", "`pack/` `base` `more`", "more is not there"),
        ("| `tests/NN_name/`", "| `pack/deep/` | deep | nothing |\n| `tests/NN_name/`", "pack/deep/: nothing is there"),
    ],
)
def test_a_map_that_is_not_as_its_house_is_found(tmp_path, old, new, words):
    problems = wrong(built(tmp_path, HOUSE), MAP.replace(old, new, 1))
    assert any(words in problem for problem in problems), problems
