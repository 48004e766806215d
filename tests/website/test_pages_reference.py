"""The reference from docstrings: public names, their signatures and types, found in the source without importing it."""

from pathlib import Path

import pytest

from website.pages.definitions import definition, packages, public
from website.pages.reference import Reference

ROOT = Path(__file__).parents[2]
HOUSE = {
    "pack/__init__.py": '''"""The pack: <all> of it.

More of `it`.
"""
from .inner.deep import Made, strange as ordinary
from .base import LIMIT, Count, ask
from elsewhere import foreign

__all__ = ["LIMIT", "Made", "ask", "foreign", "ordinary"]
''',
    "pack/base.py": '''"""Base."""
from collections.abc import Callable
from .hidden import Kind
Count = Callable[[str], int]  # how a text is counted
LIMIT = 3  # tokens, at *most*
async def ask(text: str, /, *more: "Kind", count: Count | None = None, **rest: int) -> "list[Kind]":
    """Ask `Made`, or {x}."""
''',
    "pack/hidden.py": '''
from typing import TypedDict
class Kind(TypedDict):
    """A kind."""
    name: str  # what it is called
    def method(self): ...
''',
    "pack/inner/__init__.py": '"""Inner."""\nfrom ..base import ask\n__all__ = ["ask"]\n',
    "pack/inner/deep.py": '''
class Base:
    """Below."""
    def taken(self, x: int = 1) -> int:
        """Taken from the base."""
    def _private(self): ...
class Made(Base):
    """Made here. See `taken`.

    ```python
    code
    ```
    """
    size: int = 3  # in turns
    def __init__(self, size: int, *, name: str = "a`b") -> None:
        """Raises nothing."""
    @property
    def half(self) -> float:
        """The half."""
    @classmethod
    def of(cls, other: "Base") -> "Made":
        """From another."""
def strange(x=lambda: {"a": 1}): ...
''',
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, text in HOUSE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_public_name_is_followed_to_where_it_is_defined(house: Path) -> None:
    assert packages(house, "pack") == ["pack", "pack.inner"] and public(house, "pack.inner") == ["ask"]
    found = definition(house, "pack", "ordinary")
    assert found and found.full == "pack.inner.deep.strange"
    assert definition(house, "pack", "foreign") is None and definition(house, "pack", "nothing") is None


def test_a_page_has_every_public_name_with_its_signature(house: Path) -> None:
    made = Reference(house).package("pack")
    assert made.startswith("# pack\n\nThe pack: \\<all\\> of it.\n\nMore of `it`.")
    assert "```{py:data} LIMIT\n:value: 3\n\nTokens, at \\*most\\*.\n```" in made
    assert (
        "{py:function} ask(text: str, /, *more: 'Kind', count: Count | None=None, **rest: int) -> 'list[Kind]'\n:async:"
        in made
    )
    assert (
        "Ask `Made`, or \\{x\\}." in made
        and "{py:data} foreign" in made
        and "{py:function} ordinary(x=lambda: {'a': 1})" in made
    )


def test_a_class_has_its_fields_its_methods_and_those_of_its_bases(house: Path) -> None:
    made = Reference(house).package("pack")
    assert "{py:class} Made(size: int, *, name: str='a`b')" in made and "Raises nothing." in made
    assert "{py:attribute} size\n:type: int\n\nIn turns." in made and "{py:property} half\n:type: float" in made
    assert "{py:method} of(other: 'Base') -> 'Made'\n:classmethod:" in made and "_private" not in made
    assert "{py:method} taken(x: int=1) -> int" in made and "{py:obj}`taken <Made.taken>`" in made


def test_fences_of_what_stands_in_each_other_are_told_apart(house: Path) -> None:
    """A directive's fence is longer than any within it, whatever a docstring holds."""
    open_fences: list[int] = []
    for line in Reference(house).package("pack").splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if ticks >= 3 and line.strip("`"):
            assert not open_fences or ticks < open_fences[-1]
            open_fences.append(ticks)
        elif ticks >= 3:
            assert open_fences.pop() == ticks
    assert open_fences == []


def test_a_name_is_described_once(house: Path) -> None:
    reference = Reference(house)
    reference.package("pack")
    assert "**ask** is {py:obj}`pack.ask <pack.ask>`." in reference.package("pack.inner")


def test_types_that_signatures_name_are_explained_once_and_in_short(house: Path) -> None:
    reference = Reference(house)
    reference.package("pack")
    types = reference.types_page()
    assert "{py:data} Count\n:value: Callable[[str], int]\n\nHow a text is counted." in types
    assert "{py:class} Kind" in types and "What it is called." in types and "method" not in types


def test_every_public_name_of_the_memory_is_in_the_reference() -> None:
    reference = Reference(ROOT)
    for package in packages(ROOT, "chat_memory"):
        made = reference.package(package)
        for name in public(ROOT, package):
            assert f"}} {name}" in made or f"**{name.replace('_', chr(92) + '_')}** is" in made, f"{package}.{name}"
    assert "Another package's" not in made
