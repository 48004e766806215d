"""Make mock_model/data/kinds.txt: which word names a thing of which kind, out of WordNet 3.0.

    apt install wordnet-base      # Debian's package of WordNet 3.0
    python tests/mock_model/make_kinds.py /usr/share/wordnet

The file has three sections. [kinds]: a meaning a line, by its first word, with the lines of the kinds above it, up to five
levels above a word's own meanings. [words]: a word, its parts of speech, the lines of its meanings (the two commonest as a
noun, as a verb and as an adjective) and, after "~", of the meanings that it is derived from or leads to (baker: bake).
[forms]: irregular forms. Only single words that people use: those that WordNet's texts hold, and those for things, persons,
places and deeds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).parents[2] / "mock_model/data/kinds.txt"
POS = {"noun": "n", "verb": "v", "adj": "a"}
SENSES, LEVELS = 2, 5
SELDOM = 0.05  # of the times as its commonest part of speech: left out
CONCRETE = frozenset(
    (4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 18, 20, 21, 26, 27, 28)
)  # lexicographer files of nouns: acts … times
ABOVE, DERIVED = {"@", "@i"}, {"+", "\\"}
WORD = re.compile(r"[A-Za-z][a-z'-]{1,19}")


class Meaning(NamedTuple):
    """A synset: its words, its lexicographer file, the keys of those above it, and those derived, by its word's number."""

    words: list[str]
    file: int
    above: list[str]
    derived: list[tuple[int, str]]


def meanings(folder: Path) -> dict[str, Meaning]:
    """All synsets by part of speech and offset."""
    found = {}
    for name, pos in POS.items():
        for line in (folder / f"data.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields = line.partition("|")[0].split()
            count = int(fields[3], 16)
            start = 5 + 2 * count
            pointers = [fields[n : n + 4] for n in range(start, start + 4 * int(fields[start - 1]), 4)]
            keyed = [
                (sign, kind.replace("s", "a") + offset, int(ends[:2], 16)) for sign, offset, kind, ends in pointers
            ]
            found[pos + fields[0]] = Meaning(
                [re.sub(r"\(\w+\)", "", word) for word in fields[4 : 4 + 2 * count : 2]],
                int(fields[1]),
                [key for sign, key, _ in keyed if sign in ABOVE and key[0] in POS.values()],
                [(own, key) for sign, key, own in keyed if sign in DERIVED and key[0] in POS.values()],
            )
    return found


def counts(folder: Path) -> dict[tuple[str, str], int]:
    """How often each word stands in WordNet's tagged texts as each part of speech."""
    found: dict[tuple[str, str], int] = {}
    for line in (folder / "cntlist.rev").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition("%")
        key = word, "?nvar"[int(rest[0])] if rest[0] in "1234" else "a"
        found[key] = found.get(key, 0) + int(line.split()[-1])
    return found


def senses(folder: Path, known: dict[str, Meaning]) -> Iterator[tuple[str, list[str]]]:
    """Each word that is kept, as it is written, with the keys of its commonest senses; a mother is hardly ever a verb."""
    found: dict[str, list[str]] = {}
    often = counts(folder)
    used: set[str] = set()
    for name, pos in POS.items():
        for line in (folder / f"index.{name}").read_text(encoding="utf-8").splitlines():
            fields = line.split(" ")
            if not fields[0] or not WORD.fullmatch(fields[0]):
                continue
            mine = [often.get((fields[0], part), 0) for part in "nvar"]
            if often.get((fields[0], pos), 0) < SELDOM * max(mine):
                continue
            start = 6 + int(fields[3])
            keys = [pos + offset for offset in fields[start:] if offset][:SENSES]
            found.setdefault(fields[0], []).extend(keys)
            if int(fields[start - 1]) or (pos == "n" and known[keys[0]].file in CONCRETE):
                used.add(fields[0])
    for word in sorted(used):
        keys = [
            key for key in found[word] if any(word == w.lower() and _is_plain(w, key, known) for w in known[key].words)
        ]
        if keys:
            yield word, keys


def _is_plain(word: str, key: str, known: dict[str, Meaning]) -> bool:
    """Whether it is no Latin name of a plant or an animal, and no single person's or god's name."""
    return word.islower() or (key[0] == "n" and known[key].file not in (5, 18, 20))


def main() -> None:
    folder = Path(sys.argv[1])
    known = meanings(folder)
    kept = dict(senses(folder, known))
    lines: dict[str, int] = {}

    def line_of(key: str, level: int) -> int:
        """The line of a meaning, with those above it."""
        lines.setdefault(key, len(lines))
        if level:
            for above in known[key].above:
                line_of(above, level - 1)
        return lines[key]

    words = []
    for word, keys in kept.items():
        own = [line_of(key, LEVELS) for key in keys]
        derived = {
            line_of(other, 1)
            for key in keys
            for number, other in known[key].derived
            if number in (0, [w.lower() for w in known[key].words].index(word) + 1)
        } - set(own)
        parts = "".join(dict.fromkeys(key[0] for key in keys))
        words.append(" ".join([word, parts, *map(str, own), *(["~", *map(str, sorted(derived))] if derived else [])]))
    kinds = [
        " ".join([known[key].words[0].lower(), *(str(lines[above]) for above in known[key].above if above in lines)])
        for key in lines
    ]
    forms = {}
    for name in POS:
        for line in (folder / f"{name}.exc").read_text(encoding="utf-8").splitlines():
            form, base = line.split()[:2]
            if base in kept and WORD.fullmatch(form) and form not in kept:
                forms.setdefault(form, base)
    text = [
        "[kinds]",
        *kinds,
        "[words]",
        *words,
        "[forms]",
        *(f"{form} {base}" for form, base in sorted(forms.items())),
    ]
    TARGET.write_text("\n".join(text) + "\n", encoding="utf-8", newline="\n")
    print(
        f"{len(kinds):,} meanings, {len(words):,} words, {len(forms):,} forms: {TARGET.stat().st_size / 1_000:,.0f} kB"
    )


if __name__ == "__main__":
    main()
