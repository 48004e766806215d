"""What installers say when they fail, and what it means for a learner."""

import contextlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from .processes import ROOT

# The first that matches is told.
REASONS = (
    (
        r"No space left|not enough space|WinError 112|os error (28|112)\b",
        "The disk is full, so the packages could not be installed: free about 1 GB and run this command again.",
    ),
    (
        r"No module named '?(venv|ensurepip)|ensurepip is\s+not\s+available",
        "This Python has no venv module, so it cannot make an environment: install it (on Debian and Ubuntu: "
        f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv) and run this command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|Failed to establish a new connection|Max retries exceeded|ProxyError"
        r"|SSLError|CERTIFICATE_VERIFY_FAILED|ConnectTimeout|ReadTimeout|Connection (aborted|broken|reset)|[Tt]imed out"
        r"|getaddrinfo failed|dns error|tcp connect error|error sending request"
        r"|[Nn]etwork (is unreachable|connectivity is disabled|was disabled)",
        "The packages could not be downloaded because the network did not answer: connect to the internet (behind a "
        "company proxy: set HTTPS_PROXY) and run this command again.",
    ),
    (
        r"(distribution found for|satisfies the requirement|[Bb]ecause) xllamacpp|xllamacpp.* has no wheels",
        "There is no build of llama.cpp (the package xllamacpp) for this machine: there are for Linux with glibc and macOS 13 or "
        "newer, both on x86-64 and ARM, and for Windows on x86-64. Use a server of your own instead, such as Ollama: README, "
        '"Who answers".',
    ),
    (
        r"Permission denied|Access is denied|not permitted|Read-only|WinError (5|32)\b|os error (5|13|30|32)\b",
        "The folder {folder} could not be written: close the programs that use it, or move the workbook into a folder of "
        "your own, and run this command again.",
    ),
)


def explain(lines: Iterable[str], folder: Path) -> str:
    """Turn an installer's last words into words for a learner, and keep all of them in the environment's folder."""
    lines = list(lines)
    words = "\n".join(lines)
    sentence = next((sentence for pattern, sentence in REASONS if re.search(pattern, words)), None)
    if sentence is None:
        sentence = "\n    ".join(["The set-up failed: read its last lines, then run this command again.", *lines[-8:]])
    inside = folder.is_relative_to(ROOT)
    sentence = sentence.replace("{folder}", str(ROOT if inside else folder))
    with contextlib.suppress(OSError):
        (folder / "install.log").write_text(words, encoding="utf-8")
        sentence += f"\n(The whole log: {folder / 'install.log'})"
    return sentence
