"""The code in the cells: short, plain Python, and only what every lesson may know."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator

from ..machine_traces import KEY
from ..notebook import Lesson, call_name
from .rule import check

MOST_LINES = 12
MODULES = {"common", "chat_memory", "openai", "sqlalchemy", "tiktoken"}  # and the standard library


@check
def code_cells_are_short_and_hold_one_idea(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            yield f"{cell} has {len(lines)} lines; {MOST_LINES} are the most. Split it where a new idea begins."
        definitions = [
            n for n in cell.tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ]
        if len(definitions) > 1:
            yield f"{cell} defines {' and '.join(node.name for node in definitions)}. Give each a cell of its own."


@check
def code_is_plain_python(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(cell.source, lesson.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, SyntaxWarning) as problem:
            yield f"{cell} is not plain Python: {problem}. Magics and shell lines do not belong into a lesson."


@check
def nothing_is_installed_and_no_key_is_written(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if KEY.search(cell.source):
            yield f"{cell} holds something like a key. Take it out, and withdraw the key: keys belong into .env."
        if not cell.is_code:
            continue
        if re.search(r"^\s*[!%]|\bpip3?\b|\bconda\b|\bensurepip\b", cell.source, re.M):
            yield f"{cell} installs something. Put the package into requirements.txt; lessons install nothing."
        if re.search(r"\bsys\s*\.\s*path\b|from\s+sys\s+import\b.*\bpath\b", cell.source):
            yield f"{cell} changes sys.path. Take it out: common and chat_memory are importable from everywhere."


@check
def only_known_modules_are_imported(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.code:
        for name in sorted(imported(cell.tree) - MODULES - sys.stdlib_module_names):
            yield f"{cell} imports {name}. Lessons know {', '.join(sorted(MODULES))} and the standard library."


def imported(tree: ast.Module) -> set[str]:
    """The top-level modules that a cell imports, also by importlib."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and call_name(node) in ("import_module", "__import__") and node.args:
            found.add(str(getattr(node.args[0], "value", "")).split(".")[0])
    return found


@check
def imports_stand_where_they_are_first_used(lesson: Lesson) -> Iterator[str]:
    """The set-up imports from common alone, and a later cell imports what it uses itself."""
    for cell in lesson.code:
        imports = [node for node in cell.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        if cell is lesson.code[0]:
            if imported(cell.tree) - {"common"} or len(imports) != 1:
                yield f"{cell}: the set-up has one import, from common. Import the others where they are first used."
        elif "nbval-ignore-output" not in cell.tags:
            bound = {(name.asname or name.name).split(".")[0] for node in imports for name in node.names}
            used = {node.id for node in ast.walk(cell.tree) if isinstance(node, ast.Name)}
            for name in sorted(bound - used):
                yield f"{cell} imports {name} and does not use it. Import it where it is first used."


@check
def no_line_ends_in_white_space(lesson: Lesson) -> Iterator[str]:
    for cell in lesson.cells:
        if any(line != line.rstrip() for line in cell.source.split("\n")):
            yield f"{cell} has white space at the end of a line. Take it out."
        if cell.source != cell.source.strip("\n"):
            yield f"{cell} begins or ends with an empty line. Take it out."
