"""The reference: every public name of a package, with its signature and its docstring, in Sphinx's words for Python."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .definitions import Definition, Function, about, comment, definition, public
from .docstrings import markdown, plain

LONGEST = 90  # characters of a value that is shown
SPOKEN = {"__call__", "__getitem__", "__iter__", "__len__", "__contains__", "__add__", "__enter__", "__aenter__"}


class Reference:
    """What has been described, so that no name is described twice, and the types that signatures use beside them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places: dict[str, str] = {}  # definitions that are described, and the package that they are described in
        self.types: dict[str, Definition] = {}  # those in signatures that are not public themselves

    def package(self, package: str) -> str:
        """The page of a package."""
        title, _, more = about(self.root, package).partition("\n")
        entries = [self.entry(package, name) for name in public(self.root, package)]
        return "\n\n".join(
            [
                f"# {plain(package)}",
                markdown(title),
                markdown(more.strip("\n")),
                f"```{{py:currentmodule}} {package}\n```",
                *entries,
            ]
        )

    def entry(self, package: str, name: str) -> str:
        """A public name, described where it is met first."""
        found = definition(self.root, package, name)
        if found is None:
            return directive("py:data", name, [], "Another package's.")
        if place := self.places.get(found.full):
            return f"**{plain(name)}** is {{py:obj}}`{place}.{name} <{place}.{found.name}>`."
        self.places[found.full] = package
        return self.described(found, name)

    def described(self, found: Definition, name: str) -> str:
        """A definition with its signature and what it says of itself."""
        node = found.node
        if isinstance(node, ast.ClassDef):
            return self.a_class(found, name, node)
        if isinstance(node, Function):
            return self.function("py:function", found, node, name)
        value = getattr(node, "value", None)
        shown = ast.unparse(value) if value else ""
        options = [f":value: {shown}"] if shown and len(shown) <= LONGEST and "\n" not in shown else []
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) != "TypeAlias":
            options = [f":type: {ast.unparse(node.annotation)}", *options]
        if value and not name.isupper():  # the name of a type, made of others
            self.note(found, value)
        return directive("py:data", name, options, plain(sentence(comment(self.root, found))))

    def a_class(self, found: Definition, name: str, node: ast.ClassDef) -> str:
        """A class: what it is, how it is made, its fields, then its methods, those of its bases too."""
        family = list(self.family(found))
        brief = self.places[found.full] == found.module  # it stands among the types
        made = next((each for each in family if method(each, "__init__") and not brief), None)
        said = [ast.get_docstring(node) or ""]
        signature = ""
        if made and (first := method(made, "__init__")):
            signature = parameters(first, bound=True)
            said.append(ast.get_docstring(first) or "")
            self.note(made, *annotations(first))
        elif has_fields(node):
            signature = f"({', '.join(ast.unparse(field) for field in fields(node) if not hidden(field))})"
        bases = [ast.unparse(base) for base in node.bases]
        kind = "py:exception" if any(base.endswith(("Error", "Exception")) for base in bases) else "py:class"
        refer = self.refer_to(found, family)
        body = [markdown(text, refer) for text in said if text]
        body += [self.field(found, each) for each in fields(node) if not hidden(each)]
        seen: set[str] = set()
        for each in family if not brief or "Protocol" in bases else []:
            body += [self.member(each, inner, refer) for inner in members(each, seen)]
        return directive(kind, f"{name}{signature}", [], "\n\n".join(body))

    def family(self, found: Definition) -> Iterator[Definition]:
        """A class and those that it comes from, as far as they are the project's."""
        yield found
        for base in found.node.bases if isinstance(found.node, ast.ClassDef) else []:
            above = definition(self.root, found.module, ast.unparse(base).split("[")[0])
            if above and isinstance(above.node, ast.ClassDef):
                yield from self.family(above)

    def refer_to(self, found: Definition, family: list[Definition]):
        """How a name in the docstrings of a class becomes a reference to one of its members."""
        seen: set[str] = set()
        names = {inner.name for each in family for inner in members(each, seen)}

        def refer(code: str) -> str | None:
            return f"{{py:obj}}`{code} <{found.name}.{code}>`" if code in names else None

        return refer

    def member(self, found: Definition, node: Function, refer) -> str:
        """A method or a property."""
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        if {"property", "cached_property", "functools.cached_property"} & set(marks):
            options = [f":type: {ast.unparse(node.returns)}"] if node.returns else []
            self.note(found, *([node.returns] if node.returns else []))
            return directive("py:property", node.name, options, markdown(ast.get_docstring(node) or "", refer))
        return self.function("py:method", found, node, node.name, marks, refer)

    def function(self, kind: str, found: Definition, node: Function, name: str, marks=(), refer=None) -> str:
        options = [f":{mark}:" for mark in ("classmethod", "staticmethod") if mark in marks]
        if isinstance(node, ast.AsyncFunctionDef):
            options.append(":async:")
        self.note(found, *annotations(node))
        bound = kind == "py:method" and "staticmethod" not in marks
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        said = ast.get_docstring(node) or ""
        return directive(
            kind, f"{name}{parameters(node, bound)}{returns}", options, markdown(said, refer or (lambda _: None))
        )

    def field(self, found: Definition, node: ast.AnnAssign) -> str:
        self.note(found, node.annotation)
        kind = ast.unparse(node.annotation)
        return directive(
            "py:attribute",
            ast.unparse(node.target),
            [f":type: {kind}"],
            plain(sentence(comment(self.root, found, node))),
        )

    def note(self, found: Definition, *nodes: ast.expr) -> None:
        """Note the types in an annotation that are the project's own."""
        for name in {each.id for node in nodes for each in ast.walk(unquoted(node)) if isinstance(each, ast.Name)}:
            named = definition(self.root, found.module, name)
            if named:
                self.types.setdefault(named.full, named)

    def types_page(self) -> str:
        """The types that the signatures use, and that no package makes public."""
        entries: list[str] = []
        while left := sorted(self.types.keys() - self.places.keys(), key=lambda full: full.rsplit(".", 1)[1].lower()):
            for full in left:
                found = self.types[full]
                self.places[full] = found.module
                entries.append(f"```{{py:currentmodule}} {found.module}\n```\n\n{self.described(found, found.name)}")
        return "\n\n".join(
            ["# Types in signatures", "What is meant by the names in the signatures of this reference.", *entries]
        )


def directive(kind: str, signature: str, options: list[str], body: str) -> str:
    """A directive of MyST. Its fence is longer than any inside."""
    fence = "```"
    while fence in body:
        fence += "`"
    head = "\n".join([f"{fence}{{{kind}}} {signature}", *options])
    return f"{head}\n\n{body}\n{fence}" if body else f"{head}\n{fence}"


def parameters(node: Function, bound: bool = False) -> str:
    """The parameters of a function; of a bound one, without the first."""
    given = ast.parse(ast.unparse(node)).body[0].args  # a copy
    if bound:
        del (given.posonlyargs or given.args)[:1]
    return f"({ast.unparse(given)})"


def annotations(node: Function) -> list[ast.expr]:
    """The types in a function's signature."""
    given = node.args
    each = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [*(one.annotation for one in each if one.annotation), *([node.returns] if node.returns else [])]


def unquoted(node: ast.expr) -> ast.expr:
    """An annotation, of which a part may be in quotes: the part itself."""
    inner = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    try:
        return ast.Tuple([node, *(ast.parse(text, mode="eval").body for text in inner)], ast.Load())
    except SyntaxError:
        return node


def fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    """The fields of a class, as a dataclass or a TypedDict has them."""
    return [each for each in node.body if isinstance(each, ast.AnnAssign)]


def has_fields(node: ast.ClassDef) -> bool:
    """Whether a class is made from its fields."""
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    return any("dataclass" in mark for mark in marks) or "NamedTuple" in [ast.unparse(base) for base in node.bases]


def hidden(node: ast.AnnAssign) -> bool:
    return ast.unparse(node.target).startswith("_")


def method(found: Definition, name: str) -> Function | None:
    body = found.node.body if isinstance(found.node, ast.ClassDef) else []
    return next((each for each in body if isinstance(each, Function) and each.name == name), None)


def members(found: Definition, seen: set[str]) -> list[Function]:
    """The public methods of a class that no class before it has. Special ones are those that say something of themselves."""
    listed = []
    for each in found.node.body if isinstance(found.node, ast.ClassDef) else []:
        if not isinstance(each, Function) or each.name in seen:
            continue
        if not each.name.startswith("_") or (each.name in SPOKEN and ast.get_docstring(each)):
            listed.append(each)
            seen.add(each.name)
    return listed


def sentence(text: str) -> str:
    """A comment as a sentence."""
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?…" else ".")
