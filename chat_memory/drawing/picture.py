"""What a picture is to those who show it: SVG for a notebook, plain text for a terminal."""

from abc import ABC, abstractmethod
from typing import Any


class Picture(ABC):
    """The last line of a notebook's cell shows it, and `print` writes it as text."""

    @property
    @abstractmethod
    def svg(self) -> str:
        """The picture as one SVG element, on a card of its own for light and dark pages."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The same in plain text, at most 78 columns wide."""

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}
