"""How often a misconception is named rightly: tried on the wrong code in mistakes/.

Run it with `python -m tests.challenges.classroom.try_naming`. The head of each file says which name it should get, or none.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.challenges.engine import files

from . import marking, naming

FILES = sorted((Path(__file__).parent / "mistakes").glob("*.py"))


def wanted(path: Path) -> str:
    """The name that a file should get."""
    return re.search(r"^# names: (\w+)$", path.read_text(encoding="utf-8"), re.M)[1]


def challenge_of(path: Path) -> str:
    return next(name for name in files.names() if name[:2] == path.name[:2])


def main() -> None:
    """Print what each file is called, and how often that is right."""
    jobs = {path: marking.Job(challenge_of(path), path.read_bytes()) for path in FILES}
    marking.mark([*jobs.values()], lambda job: None)
    counted: Counter[str] = Counter()
    for path, job in jobs.items():
        found = naming.misconception(job.result)
        named = found["name"] if found else "none"
        kind = "right" if named == wanted(path) else "not named" if named == "none" else "wrong"
        counted[f"{kind}{', and none was wanted' * (wanted(path) == 'none')}"] += 1
        print(f"{kind:<10}{path.stem:<46}{named}")
    print(", ".join(f"{kind}: {count}" for kind, count in counted.most_common()))


if __name__ == "__main__":
    main()
