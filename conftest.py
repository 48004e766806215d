"""Tests never reach a real model: no key, no server, whatever the environment or .env says."""

import gc
import os
from pathlib import Path

import pytest

import mock_model  # noqa: F401  (puts tiktoken's vocabularies where it finds them, for tests of a single folder too)

for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_PRICE"):
    os.environ.pop(name, None)
os.environ["WORKBOOK_OFFLINE"] = "1"
# Programs and notebooks that tests start use the code of this folder too, whatever copy of the workbook is installed.
os.environ["PYTHONPATH"] = str(Path(__file__).parent)

# What takes longest comes first, and files keep together: so no process has much left to do when the others are done.
LONGEST = (
    "tests/website/test_in_node.py",
    "tests/test_challenges.py",
    "tests/test_in_place.py",
    "tests/test_desk.py",
    "tests/test_class.py",
    "tests/examples/",
    "tests/test_types.py",
    "tests/test_compare.py",
    "lessons/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))

    items.sort(key=place)


gc.set_threshold(100_000, 50, 50)  # to look through all that was imported again and again takes a tenth of the time
