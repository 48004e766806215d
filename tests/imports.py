"""What a program imports, wherever in it and however it is written."""

import ast


def reached(source: str, module: str, is_package: bool = False) -> set[str]:
    """The full names that the source of a module imports: in a.m, `from .b import c` reaches a.b.c."""
    found = set()
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=inner, names=names, level=level):
                above = package[: len(package) + 1 - level] if level else []
                found |= {".".join([*above, *([inner] if inner else []), alias.name]) for alias in names}
            case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
                found |= {argument.value for argument in node.args if is_text(argument)}
    return found


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
