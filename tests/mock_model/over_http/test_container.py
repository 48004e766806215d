"""The container has what the offline model imports, and nothing of the notebooks."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STEPS = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTALLED = re.search(r"^RUN pip install .* -c constraints.txt (.+)$", STEPS, re.M)
BROUGHT = {"httpx2": "openai", "regex": "tiktoken"}  # what comes with another package


def test_it_installs_what_the_offline_model_imports() -> None:
    assert INSTALLED
    names = set()
    for path in (ROOT / "mock_model").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").split(".")[0])
    foreign = {BROUGHT.get(name, name) for name in names - sys.stdlib_module_names - {"mock_model"}}
    assert foreign - {"numpy"} <= set(INSTALLED[1].split())  # numpy: only where it is there


def test_its_python_has_one_version_and_its_health_is_asked_for() -> None:
    assert re.search(r"^FROM python:\d+\.\d+\.\d+-slim$", STEPS, re.M)
    assert re.search(r"^HEALTHCHECK CMD .*127\.0\.0\.1.* 8000,.*/health", STEPS, re.M)


def test_it_is_run_for_this_machine_alone() -> None:
    page = (ROOT / "mock_model" / "over_http" / "readme.md").read_text(encoding="utf-8")
    for text in (STEPS, page):
        published = re.findall(r"docker run .*?-p (\S+)", text)
        assert published and all(port.startswith("127.0.0.1:") for port in published)


def test_every_package_of_it_is_pinned() -> None:
    assert INSTALLED
    pinned = re.findall(r"^([\w-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)
    assert set(INSTALLED[1].split()) <= set(pinned)


def test_it_takes_along_what_it_copies_and_nothing_else() -> None:
    left = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (\S+) ", STEPS, re.M)
    assert left[0] == "*" and {f"!{name}" for name in copied} == {name for name in left if name.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)
