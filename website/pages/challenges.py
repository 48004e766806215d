"""A challenge as a page: its task and its criteria, as the starter and the checker say them. Never a solution."""

import ast
from pathlib import Path

from .docstrings import markdown, plain
from .markdown_code import fenced


def criteria(checker: str) -> list[str]:
    """What a checker's tests say of themselves, in their order: the first line of each docstring."""
    tests = [node for node in ast.parse(checker).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(ast.get_docstring(test) or test.name).splitlines()[0] for test in tests if test.name.startswith("test_")]


def task(starter: str) -> tuple[str, str, str]:
    """What a starter says: its title, its task, and the code that it begins with."""
    tree = ast.parse(starter)
    title, _, rest = (ast.get_docstring(tree) or "").partition("\n")
    end = tree.body[0].end_lineno if title else 0
    return title, rest.strip("\n"), "\n".join(starter.splitlines()[end:]).strip("\n")


def page(folder: Path, lesson: str, lesson_title: str) -> str:
    """The page of the challenge in `folder`. `lesson` is the document of its lesson, seen from the top of the pages."""
    title, said, code = task((folder / "starter.py").read_text(encoding="utf-8"))
    listed = criteria((folder / "checker.py").read_text(encoding="utf-8"))
    number = int(folder.name[:2])
    return f"""# Challenge {plain(title.rstrip("."))}

The challenge of lesson [{lesson_title}](/{lesson}). Your file is `work/{folder.name}.py`.

## The task

{markdown(said)}

## What is checked

{chr(10).join(f"{place}. {plain(line)}" for place, line in enumerate(listed, start=1))}

`check({number})` in the lesson, or `python3 workbook.py check {number}` in a terminal, says which of these hold,
and shows the smallest conversation that breaks the first that does not. `hint({number})` asks a question that leads on.

## What you begin with

{fenced(code, "python")}
"""
