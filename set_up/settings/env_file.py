"""The file .env, read as people write it: with `export`, quotes of a word processor, line ends of Windows."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from .variables import QUOTES, VARIABLES, Setting, SettingsError, ours, plain_name


def read_env_file(path: Path) -> list[Setting]:
    """The settings in a file, in order. Raises SettingsError where it, or a line of it, cannot be read."""
    text = "\n".join(map(_with_plain_name, re.split(r"\r\n|\n|\r", _text_of(path))))
    found = []
    for line in parse_stream(StringIO(text)):
        written = line.original.string
        number = line.original.line + written[: len(written) - len(written.lstrip())].count("\n")
        if line.error or (line.key and line.value is None):
            raise SettingsError(
                f"Line {number} of {path.name} is not of the form NAME=value. Mend it, or put a # before it."
            )
        if line.key:
            found.append((line.key, line.value or "", f"Line {number} of {path.name}"))
    return found


def _text_of(path: Path) -> str:
    """What is in a file of settings: nothing where there is none."""
    if not os.path.lexists(path):
        return ""
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        data = None
    except OSError as error:
        if not path.is_dir():  # Windows has no other word for it
            raise SettingsError(
                f"{path.name} cannot be read ({error.strerror}). Allow yourself to read it, or take it away."
            ) from None
        data = None
    if data is None:
        raise SettingsError(
            f"{path.name} is a folder, but settings are read from a text file of this name. Take the folder away, then copy "
            ".env.example to .env."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        kind = "is saved in UTF-16, as Windows PowerShell's > does it"
    else:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            kind = "is not a UTF-8 text file"
    raise SettingsError(f"{path.name} {kind}. Save it again with the encoding UTF-8.")


def _with_plain_name(line: str) -> str:
    """A line of a file, with the name in it as we write it where it is surely one of ours: `set "OpenAI_API_Key=…"`."""
    parts = re.match(r"([^=＝﹦#]*)([=＝﹦]?)(.*)", line, re.S)
    name, equals, value = parts.groups() if parts else (line, "", "")
    if not equals or plain_name(name) not in VARIABLES:
        return line
    around = sum(name.count(mark) for mark in QUOTES) % 2  # around both, as cmd.exe wants it
    if around and value.rstrip().endswith(tuple(QUOTES)):
        value = value.rstrip()[:-1]
    return f"{plain_name(name)}={value}"


def refuse_other_files(env_file: Path) -> None:
    """Raise SettingsError where the settings are in a file beside .env that is not read."""
    for name in (f"{env_file.name}.txt", env_file.name.lstrip("."), f"{env_file.name}.example"):
        other = env_file.with_name(name)
        if other.is_file() and (found := ours(read_env_file(other))):
            raise SettingsError(
                f"{name} sets {', '.join(found)}, but only {env_file.name} is read. Copy {name} to {env_file.name}, or take "
                f"the lines out.{' (Windows hides the ending .txt; the command dir shows it.)' if '.txt' in name else ''}"
            )
