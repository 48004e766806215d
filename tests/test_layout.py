"""The layout of the project: names that lead from room to room, who may know whom, and files fit for every machine.

Each rule is a function that returns what breaks it, and is tried on something broken as well.
"""

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mock_model.api.vocabulary import prepare

from .imports import reached

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("__init__.py", "checker.py", "starter.py", "hints.py", "solutions/reference.py", "mistakes")  # of a challenge
NAME = r"\d\d_[a-z0-9]+(_[a-z0-9]+)*"


# The files of the project


def files_by_git(root: Path) -> list[Path]:
    """The files that git tracks or would add; none outside a repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        return []
    return sorted(path for name in listed if name and os.path.lexists(path := root / name))


def files_by_hand(root: Path) -> list[Path]:
    """The same for a folder that was downloaded without its history: what .gitignore does not name."""
    ignored = [line.rstrip("/") for line in read(root / ".gitignore").split()] + [".git"]

    def kept(folder: Path, names: Iterable[str]) -> list[str]:
        paths = {name: (folder / name).relative_to(root).as_posix() for name in names}
        return [
            name
            for name, path in paths.items()
            if not any(fnmatch(path if "/" in pattern else name, pattern) for pattern in ignored)
        ]

    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = kept(Path(folder), folders)
        found += [Path(folder) / name for name in kept(Path(folder), names)]
    return sorted(found)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


FILES = files_by_git(ROOT) or files_by_hand(ROOT)
TEXTS = [path for path in FILES if path.suffix not in (".png", ".jpg", ".ico", ".gz")]


def test_the_files_are_found():
    assert {ROOT / "common.py", ROOT / ".env.example", Path(__file__).resolve()} <= set(FILES)


def test_the_files_are_found_without_git_too(tmp_path):
    (tmp_path / ".gitignore").write_text(".env\n.venv/\n*.egg-info/\nwork/*.bak\nwork/lessons/\n", encoding="utf-8")
    for name in ("common.py", "lessons/01_x.ipynb", ".env", ".venv/lib/x.py", "a.egg-info/x", "work/.env", ".git/HEAD"):
        touch(tmp_path / name)
    for name in ("work/lessons/01_x.ipynb", "work/01_x.1.bak"):
        touch(tmp_path / name)
    assert files_by_hand(tmp_path) == [tmp_path / name for name in (".gitignore", "common.py", "lessons/01_x.ipynb")]


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


# One number and one name lead from room to room


def strays(root: Path) -> list[str]:
    """Files whose number and name do not lead to a lesson, and lessons without an example."""
    lessons = {path.stem for path in root.glob("lessons/*.ipynb")}
    examples = {path.stem for path in root.glob("examples/*.py")}
    problems = [f"examples/{name}.py is missing: lessons/{name}.ipynb names it" for name in sorted(lessons - examples)]
    problems += [f"lessons/{name}.ipynb: a name is like 04_sliding_window" for name in lessons if not fits(name)]
    if sorted(name[:2] for name in lessons) != [f"{n:02}" for n in range(1, len(lessons) + 1)]:
        problems.append("lessons: the numbers are 01, 02, 03 …, without a gap and each once")
    for path in sorted([*root.glob("examples/*"), *root.glob("work/*"), *root.glob("tests/challenges/[0-9]*")]):
        theirs = path.parent.name == "work" and (path.name == "lessons" or path.suffix == ".bak")
        if not theirs and path.name[0] not in "._" and path.stem not in lessons:
            problems.append(f"{path.relative_to(root).as_posix()} has no lesson of the same number and name")
    parts = [f"tests/challenges/{name}/{part}" for name in sorted(lessons) for part in PARTS]
    return problems + [f"{part} is missing" for part in parts if not (root / part).exists()]


def fits(name: str) -> bool:
    return re.fullmatch(NAME, name) is not None


def test_the_same_number_and_name_lead_from_room_to_room():
    assert strays(ROOT) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("examples/03_other.py", "examples/03_other.py has no lesson"),
        ("examples/notes.txt", "examples/notes.txt has no lesson"),
        ("work/02_loop.py", "work/02_loop.py has no lesson"),
        ("tests/challenges/02_loop/checker.py", "tests/challenges/02_loop has no lesson"),
        ("tests/challenges/2_chat_loop/checker.py", "tests/challenges/2_chat_loop has no lesson"),
        ("lessons/03_token_counting.ipynb", "examples/03_token_counting.py is missing"),
        ("lessons/03_token_counting.ipynb", "tests/challenges/03_token_counting/hints.py is missing"),
        ("lessons/04_sliding_window.ipynb", "without a gap"),
        ("lessons/02_again.ipynb", "each once"),
        ("lessons/03_Token-Counting.ipynb", "a name is like"),
    ],
)
def test_a_file_that_leads_nowhere_is_found(tmp_path, change, words):
    right = ["lessons/01_calls.ipynb", "examples/01_calls.py", "lessons/02_chat_loop.ipynb", "examples/02_chat_loop.py"]
    right += ["work/02_chat_loop.py", "work/lessons/02_chat_loop.ipynb", "work/02_chat_loop.1.bak"]
    parts = (*PARTS[:-1], "mistakes/no_reply.py", "facts.py")
    right += [f"tests/challenges/{name}/{part}" for name in ("01_calls", "02_chat_loop") for part in parts]
    right += ["tests/challenges/conftest.py", "tests/challenges/engine/report.py"]
    for name in right:
        touch(tmp_path / name)
    assert strays(tmp_path) == []
    touch(tmp_path / change)
    assert any(words in problem for problem in strays(tmp_path))


# Names that every system can hold

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def unsafe(name: str) -> bool:
    """Whether a path of the project has a part that some system cannot hold, or capitals."""
    if re.fullmatch(
        r"[A-Z]+(\.md)?|Dockerfile|\.binder/postBuild", name
    ):  # README.md, LICENSE; names that programs want
        return False
    parts = name.split("/")
    return any(not re.fullmatch(r"[a-z0-9._-]*[a-z0-9_-]", part) or part.split(".")[0] in RESERVED for part in parts)


def test_names_are_lower_case_and_safe_on_windows():
    names = [path.relative_to(ROOT).as_posix() for path in FILES]
    assert [name for name in names if unsafe(name)] == []


@pytest.mark.parametrize(
    "name", ["a b.py", "a:b", "Lessons/01.py", "aux.py", "nul", "é.md", "x./y", "lessons/README.md"]
)
def test_an_unsafe_name_is_found(name):
    assert unsafe(name)


def test_no_file_is_a_symbolic_link():
    assert [path for path in FILES if path.is_symlink() or path.resolve() != path] == []


# Who may know whom

OURS = {"common", "chat_memory", "mock_model", "workbook", "conftest", "tests", "lessons", "examples", "work", "set_up"}
MAY_KNOW = {
    "chat_memory/**/*.py": {"chat_memory"},
    "mock_model/**/*.py": {"mock_model"},
    "common.py": {"mock_model", "set_up"},
    "set_up/**/*.py": {"set_up"},
    "examples/*.py": {"common", "chat_memory"},
    "work/*.py": {"common", "chat_memory"},
    "workbook.py": {"set_up"},
}


def imported(source: str) -> set[str]:
    """The top-level modules that a source imports; not its own package's, by a dot."""
    return {name.split(".")[0] for name in reached(source, "here.this")} - {"here"}


@pytest.mark.parametrize("room", MAY_KNOW)
def test_every_room_knows_only_whom_it_may_know(room):
    paths = list(ROOT.glob(room))
    assert paths or room.startswith("work/"), f"there is no {room}"
    for path in paths:
        too_much = imported(read(path)) & OURS - MAY_KNOW[room]
        assert not too_much, f"{path.relative_to(ROOT)} imports {', '.join(too_much)}, which it must not know"


def test_common_knows_the_offline_model():
    assert "mock_model" in imported(read(ROOT / "common.py"))


def test_the_command_line_needs_nothing_installed_and_an_old_python_can_read_it():
    source = read(ROOT / "workbook.py")
    assert imported(source) - {"set_up"} <= sys.stdlib_module_names
    ast.parse(source, feature_version=(3, 6))
    for path in ROOT.glob("set_up/*.py"):
        assert imported(read(path)) <= sys.stdlib_module_names
        assert not any(name.startswith("set_up.settings") for name in reached(read(path), f"set_up.{path.stem}"))


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import common", {"common"}),
        ("import os, mock_model.server as server", {"os", "mock_model"}),
        ("from mock_model.api.tokens import count", {"mock_model"}),
        ("def late():\n    from common import MODEL", {"common"}),
        ("if True:\n    import importlib\n    importlib.import_module('common')", {"importlib", "common"}),
        ("__import__('mock_model.server')", {"mock_model"}),
        ("from . import tokens\nfrom .view import show_request", set()),
    ],
)
def test_every_way_to_import_is_seen(source, modules):
    assert imported(source) == modules


ALONE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("common", "mock_model"):
            raise ImportError(name + " is not in this project")

sys.meta_path.insert(0, Nothing())
import chat_memory
print(chat_memory.__file__)
print(all(hasattr(chat_memory, name) for name in chat_memory.__all__))
print(chat_memory.count_tokens([{"role": "user", "content": "Hello"}]))
"""


def test_chat_memory_works_in_another_project(tmp_path):
    shutil.copytree(ROOT / "chat_memory", tmp_path / "chat_memory", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    if vocabulary := prepare():
        environment["TIKTOKEN_CACHE_DIR"] = str(vocabulary)
    done = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    place, complete, tokens = done.stdout.split("\n")[:3]
    assert Path(place).resolve() == (tmp_path / "chat_memory" / "__init__.py").resolve()
    assert (complete, tokens) == ("True", "8"), "3 + role + content + 3 to prime the reply"


# Nothing of one machine, nothing secret

FORBIDDEN = {  # each written so that it does not find itself
    "a secret": r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|ant-)?[A-Za-z0-9_]{20,}",
    "a path of one machine": r"(?<![\w.~/-])/(?:[h]ome|[U]sers|[r]oot|[t]mp|[w]ork|var/[f]olders)/[\w.-]"
    r"|\b[A-Za-z]:\\{1,2}(?:[U]sers|[t]emp)\b",
    "the address of a package registry": r"https?://(?!127[.])[^\s\"'<>)]*(?:/simple\b|pypi|pythonhosted|npmjs)",
}


def places(pattern: str, texts: Iterable[tuple[str, str]]) -> list[str]:
    """Where a pattern occurs: file, line, and what it found, cut short."""
    return [
        f"{name}, line {number}: {found[0][:12]}…"
        for name, text in texts
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := re.search(pattern, line))
    ]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    texts = [(path.relative_to(ROOT).as_posix(), read(path)) for path in TEXTS]
    assert places(FORBIDDEN[what], texts) == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a secret", "OPENAI_API_KEY=sk-" + "a1B2" * 6),
        ("a secret", "'sk-" + "proj-" + "a1B2" * 6 + "'"),
        ("a path of one machine", "cd /" + "home/ana/workbook"),
        ("a path of one machine", "File '/" + "Users/ana/x.py'"),
        ("a path of one machine", "/" + "tmp/ipykernel_12/3.py"),
        ("a path of one machine", "see /" + "work/main/common.py"),
        ("a path of one machine", "C:" + "\\Users\\ana"),
        ("a path of one machine", '"C:' + '\\\\Users\\\\ana"'),
        ("the address of a package registry", "--index-url https://" + "pypi.org/simple"),
        ("the address of a package registry", "http://" + "mirror.example:8080/packages/simple/"),
        ("the address of a package registry", "https://" + "files.pythonhosted.org/packages/x.whl"),
    ],
)
def test_what_is_forbidden_is_found(what, text):
    assert len(places(FORBIDDEN[what], [("file", f"first line\n{text}\n")])) == 1


@pytest.mark.parametrize(
    "text",
    ["sk-...", "task-" + "a" * 30, "../work/04_sliding_window.py", "tests/mock_model", "https://example.com/work/x"],
)
def test_what_only_looks_forbidden_is_allowed(text):
    assert [what for what, pattern in FORBIDDEN.items() if places(pattern, [("file", text)])] == []


def test_the_file_of_the_key_is_ignored_and_its_example_is_not():
    lines = read(ROOT / ".gitignore").split()
    assert ".env" in lines and not any(line.startswith("!.env") for line in lines)
    assert ROOT / ".env.example" in FILES
    assert ROOT / ".env" not in FILES


# Text that is the same on every system


def unfit(data: bytes) -> str | None:
    """What makes a text file differ from system to system, if anything."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    if data.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte order mark"
    if b"\r" in data:
        return "has line ends other than LF"
    return "does not end with a line end" if data and not data.endswith(b"\n") else None


def test_text_files_are_utf_8_with_lf_ends_and_end_with_one():
    problems = {path.relative_to(ROOT).as_posix(): unfit(path.read_bytes()) for path in TEXTS}
    assert {path: problem for path, problem in problems.items() if problem} == {}


@pytest.mark.parametrize("data", [b"caf\xe9\n", b"\xef\xbb\xbfx\n", b"a\r\nb\n", b"a\rb\n", b"a", b"\xff\xfea\0\n\0"])
def test_an_unfit_text_file_is_found(data):
    assert unfit(data)


def test_a_checkout_on_windows_keeps_lf():
    assert "* text=auto eol=lf" in read(ROOT / ".gitattributes").splitlines()


# Pinned requirements


def loose(requirements: str, constraints: str) -> list[str]:
    """Dependencies that are not pinned to the version in the constraints, and lines that are no pin."""
    problems, pinned = [], {}
    for requirement in parsed(constraints, problems):
        pinned.setdefault(requirement.name, set()).add(str(requirement.specifier))
        if requirement.url or not is_pin(requirement):
            problems.append(f"constraints.txt: {requirement} is no pin")
    for requirement in parsed(requirements, problems, "-c constraints.txt", "-e ."):
        if requirement.url or not is_pin(requirement):
            problems.append(f"requirements.txt: {requirement} is not pinned with ==")
        elif str(requirement.specifier) not in pinned.get(requirement.name, ()):
            problems.append(f"constraints.txt does not hold {requirement.name}{requirement.specifier}")
    return problems


def parsed(text: str, problems: list[str], *options: str) -> list[Requirement]:
    """The requirements in a file; a line with an option or an address is a problem."""
    lines = [line for line in (re.sub(r"(^|\s+)#.*", "", line).strip() for line in text.splitlines()) if line]
    problems += [f"{line} is no requirement" for line in lines if line not in options and is_option(line)]
    return [Requirement(line) for line in lines if not is_option(line)]


def is_option(line: str) -> bool:
    return line.startswith("-") or ("://" in line and "@" not in line)


def is_pin(requirement: Requirement) -> bool:
    return [(part.operator, "*" in part.version) for part in requirement.specifier] == [("==", False)]


def test_every_direct_dependency_is_pinned_and_locked():
    requirements, constraints = read(ROOT / "requirements.txt"), read(ROOT / "constraints.txt")
    assert loose(requirements, constraints) == []
    assert {"openai", "tiktoken", "pytest"} <= {requirement.name for requirement in parsed(requirements, [])}
    assert "://" not in requirements + constraints


def test_what_only_the_tests_need_is_pinned_and_locked_beside_them():
    own = [read(ROOT / "tests" / name) for name in ("requirements.txt", "constraints.txt")]
    assert loose(own[0], own[1]) == []
    learners, tests = ({pin.name for pin in parsed(text, [])} for text in (read(ROOT / "constraints.txt"), own[1]))
    assert {"mypy", "ruff", "psycopg-binary"} <= tests and not tests & learners, "one package has one pin"


@pytest.mark.parametrize(
    ("requirements", "constraints"),
    [
        ("openai", "openai==1.0"),
        ("openai>=1.0", "openai==1.0"),
        ("openai==1.*", "openai==1.*"),
        ("openai==1.0", "openai==1.1"),
        ("openai==1.0", "tiktoken==1.0"),
        ("openai @ https://example.com/openai.whl", "openai==1.0"),
        ("openai==1.0", "openai==1.0\nhttps://example.com/other.whl"),
        ("openai==1.0", "openai==1.0\nother>=2"),
        ("-i https://example.com\nopenai==1.0", "openai==1.0"),
        ("openai==1.0", "--extra-index-url https://example.com\nopenai==1.0"),
    ],
)
def test_a_loose_requirement_is_found(requirements, constraints):
    assert loose("-c constraints.txt\n-e .\nopenai==1.0  # the client", "openai==1.0\nother==2 ; os_name == 'nt'") == []
    assert loose(requirements, constraints)


# What the README promises


def commands_in(text: str) -> set[str]:
    """The commands of workbook.py that a text tells the reader to run."""
    return set(re.findall(r"\b(?:python3?|py) workbook\.py ([a-z]\w*)", text))


def test_every_command_that_a_reader_is_told_to_run_exists():
    there = set(runpy.run_path(str(ROOT / "workbook.py"))["COMMANDS"])
    assert {"start", "test"} <= commands_in(read(ROOT / "README.md"))
    told = [ROOT / "README.md", *ROOT.glob("lessons/*.ipynb"), *ROOT.glob("examples/*.py"), ROOT / ".ci" / "run"]
    for path in [*told, *ROOT.glob(".github/workflows/*.yml")]:
        unknown = commands_in(read(path)) - there
        assert not unknown, f"{path.relative_to(ROOT)}: workbook.py has no command {', '.join(unknown)}"


def test_commands_are_read_as_they_are_written():
    text = "`python3 workbook.py start 2`, `py workbook.py test`; workbook.py is short, `python3 workbook.py` says more"
    assert commands_in(text) == {"start", "test"}


def wrong_rows(readme: str, minutes: dict[str, str], exists: Callable[[str], bool]) -> list[str]:
    """Rows of the map of lessons that disagree with the lessons, and links that lead nowhere.

    `minutes`, by name, are those for reading and those for the challenge: "12 + 15".
    """
    links = re.findall(r"\]\(([^)\s]+)\)", readme)
    problems = [f"{link} leads nowhere" for link in links if "://" not in link and not exists(link.split("#")[0])]
    for name, time in minutes.items():
        row = re.search(rf"^\| {name[:2]} \|.*\(lessons/{name}\.ipynb\).*\| (\d+ \+ \d+) \|$", readme, re.M)
        if not row or row[1] != time or "(to come)" in row[0]:
            problems.append(f"the map has no row with a link to {name} and its {time} minutes")
    for row in re.findall(r"^\| \d\d \|.*", readme, re.M):
        if row[2:4] not in {name[:2] for name in minutes} and "(to come)" not in row:
            problems.append(f"lesson {row[2:4]} is still to come")
    return problems


def test_the_readme_maps_the_lessons_that_are_there():
    time = re.compile(r"Reading: (\d+) minutes\b[^*]*challenge[^.]*: about (\d+)")
    minutes = {path.stem: " + ".join(time.search(read(path)).groups()) for path in ROOT.glob("lessons/*.ipynb")}
    readme = read(ROOT / "README.md")
    assert wrong_rows(readme, minutes, lambda link: (ROOT / link).exists()) == []
    assert re.findall(r"^\| (\d\d) \|", readme, re.M) == [f"{n:02}" for n in range(1, 15)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("| 10 + 15 |", "| 10 + 20 |", "its 10 + 15 minutes"),
        ("| 10 + 15 |", "| 10 |", "its 10 + 15 minutes"),
        ("01_calls", "01_call", "leads nowhere"),
        ("[Calls](lessons/01_calls.ipynb)", "Calls (to come)", "a link to 01_calls"),
        (" (to come)", "", "lesson 02 is still to come"),
    ],
)
def test_a_map_that_is_out_of_date_is_found(old, new, words):
    readme = "| 01 | [Calls](lessons/01_calls.ipynb) | learn | 10 + 15 |\n| 02 | Loop (to come) | talk | 15 |\n"

    def problems(text: str) -> list[str]:
        return wrong_rows(text, {"01_calls": "10 + 15"}, lambda link: link == "lessons/01_calls.ipynb")

    assert problems(readme) == []
    assert any(words in problem for problem in problems(readme.replace(old, new)))
