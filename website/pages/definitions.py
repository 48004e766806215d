"""Where a public name comes from: the definition behind it, found in the source. Nothing is imported."""

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Definition:
    """A function, a class, a constant or a type, and the module in which it stands."""

    name: str
    module: str
    node: ast.stmt

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


def source_of(root: Path, module: str) -> Path | None:
    """The file of a module, such as "chat_memory.store"; None where the folder has none."""
    place = root.joinpath(*module.split("."))
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)


@cache
def read(path: Path) -> tuple[ast.Module, dict[int, str]]:
    """A module's tree, and the comment at the end of each line that has code before it."""
    text = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip()
    }
    return ast.parse(text), comments


def packages(root: Path, top: str) -> list[str]:
    """A package and those in it, with their full names, that say which of their names are public."""
    folders = sorted(path.parent for path in (root / top).glob("**/__init__.py"))
    names = [".".join(folder.relative_to(root).parts) for folder in folders]
    return [name for name in names if public(root, name)]


def public(root: Path, package: str) -> list[str]:
    """The names in the package's `__all__`."""
    path = source_of(root, package)
    for node in read(path)[0].body if path else []:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            return list(ast.literal_eval(node.value))
    return []


def about(root: Path, module: str) -> str:
    """The docstring of a module."""
    path = source_of(root, module)
    return (ast.get_docstring(read(path)[0]) or "") if path else ""


def definition(root: Path, module: str, name: str) -> Definition | None:
    """What a module means by a name, followed through the imports; None where it is not the project's."""
    path = source_of(root, module)
    for node in read(path)[0].body if path else []:
        if name in defined(node):
            return Definition(name, module, node)
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return definition(root, target(node, module, path), alias.name)
    return None


def defined(node: ast.stmt) -> list[str]:
    """The names that a statement defines."""
    if isinstance(node, ast.ClassDef | Function):
        return [node.name]
    if isinstance(node, ast.AnnAssign):
        return [ast.unparse(node.target)]
    if isinstance(node, ast.Assign):
        return [each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    if isinstance(node, ast.TypeAlias) if hasattr(ast, "TypeAlias") else False:
        return [node.name.id]
    return []


def target(node: ast.ImportFrom, module: str, path: Path | None) -> str:
    """The full name of the module from which a module imports."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    package = parts if path and path.name == "__init__.py" else parts[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def comment(root: Path, found: Definition, node: ast.stmt | None = None) -> str:
    """The comment at the end of a statement's first line, or of its last."""
    path, node = source_of(root, found.module), node or found.node
    comments = read(path)[1] if path else {}
    return comments.get(node.lineno) or comments.get(node.end_lineno or 0, "")
