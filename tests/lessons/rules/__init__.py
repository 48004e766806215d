"""Every rule that a lesson is held to."""

from . import cells, execution, links, notebook_file, on_slides, parts
from .rule import CHECKS, Check

__all__ = ["CHECKS", "Check", "cells", "execution", "links", "notebook_file", "on_slides", "parts"]
