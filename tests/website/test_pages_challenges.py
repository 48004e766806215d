"""A challenge as a page: its task and its criteria, whatever stands in them, and no solution."""

from pathlib import Path

import pytest

from website.pages.challenges import criteria, page, task
from website.pages.docstrings import markdown, plain
from website.pages.tree import Project, Tree, tree

ROOT = Path(__file__).parents[2]
STARTER = '''"""01 · One: *stars* and <tags>.

Write `f(*a)`. It costs 5 $ or {x}.

You have it when
- `f` returns [1](2), not __this__;
- and | that, as `a_b` - a;
  1. first
"""

import os


def f(x):
    """Do it."""
    raise NotImplementedError
'''
CHECKER = '''"""Checks."""

LIMIT = 3


def helper():
    """No criterion."""


@given(x=1)
def test_one(challenge):
    """`f`: 1 * 2 * 3, <b>or</b> [x](y)

    A note for developers.
    """


def test_without_words(challenge):
    pass


async def test_last(challenge):
    """- is no list, # no heading"""
'''


def test_criteria_are_the_first_lines_of_a_checkers_tests() -> None:
    assert criteria(CHECKER) == [
        "`f`: 1 * 2 * 3, <b>or</b> [x](y)",
        "test_without_words",
        "- is no list, # no heading",
    ]


def test_a_task_is_told_apart_from_the_code() -> None:
    title, said, code = task(STARTER)
    assert (
        title == "01 · One: *stars* and <tags>." and said.startswith("Write `f(*a)`") and code.startswith("import os")
    )
    assert task("x = 1\n") == ("", "", "x = 1")


def test_a_page_says_what_the_starter_and_the_checker_say(tmp_path: Path) -> None:
    folder = tmp_path / "01_one"
    folder.mkdir()
    (folder / "starter.py").write_text(STARTER, encoding="utf-8")
    (folder / "checker.py").write_text(CHECKER, encoding="utf-8")
    made = page(folder, "lessons/01_one.md", "01 · One")
    assert made.startswith("# Challenge 01 · One: \\*stars\\* and \\<tags\\>\n")
    assert "- `f` returns \\[1\\](2), not \\_\\_this\\_\\_;\n- and \\| that, as `a_b` - a;\n  1. first" in made
    assert (
        "1. `f`: 1 \\* 2 \\* 3, \\<b\\>or\\</b\\> \\[x\\](y)\n2. test\\_without\\_words\n3. \\- is no list, \\# no heading"
        in made
    )
    assert "developers" not in made and '```python\nimport os\n\n\ndef f(x):\n    """Do it."""' in made


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a *b* `c*` d_e", "a \\*b\\* `c*` d\\_e"),
        ("one ` tick", "one \\` tick"),
        ("``two ` ticks``", "``two ` ticks``"),
        ("see (https://example.com/a_b).", "see (<https://example.com/a_b>)."),
        ("1. no list", "1\\. no list"),
        ("{role}`x`", "\\{role\\}`x`"),
        ("Title\n-----", "Title\n\\-----"),
    ],
)
def test_plain_text_stays_plain(text: str, read: str) -> None:
    assert plain(text) == read


def test_an_indented_example_stays_code_and_a_list_a_list() -> None:
    assert markdown("Do:\n\n    x = a*b\n\n- one\n- two_") == "Do:\n\n    x = a*b\n\n- one\n- two\\_"


@pytest.fixture(scope="module")
def made() -> Tree:
    """Every page of the workbook."""
    return tree(Project(ROOT))


def test_every_page_of_the_workbook_can_be_made_and_holds_no_solution(made: Tree) -> None:
    lessons = sorted(path.stem for path in ROOT.glob("lessons/*.ipynb"))
    assert {
        f"{room}/{name}.md" for room in ("lessons", "challenges", "examples") for name in lessons
    } <= made.documents.keys()
    assert {
        "index.md",
        "guide.md",
        "install.md",
        "troubleshooting.md",
        "reference/chat_memory.md",
    } <= made.documents.keys()
    everything = "\n".join(made.documents.values())
    for name in lessons:
        solution = (ROOT / "tests" / "challenges" / name / "solutions" / "reference.py").read_text(encoding="utf-8")
        starter = (ROOT / "tests" / "challenges" / name / "starter.py").read_text(encoding="utf-8")
        own = [line for line in solution.splitlines() if line.startswith("    ") and line not in starter]
        assert "\n".join(own[-4:]) not in everything, name


def test_texts_of_the_readme_stand_in_it_alone(made: Tree) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    trouble = readme.split("## Troubleshooting")[1].split("\n## ")[0].strip().splitlines()[0]
    assert trouble in made.documents["troubleshooting.md"]
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "website" / "pages").glob("*.py")]
    assert not any(trouble in source for source in sources)
