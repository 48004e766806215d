"""One installed environment for many copies of the workbook: the folder that WORKBOOK_ENVIRONMENT names.

Whoever runs a command first makes it there. After that nothing is changed in it, so that it may be read-only: an
environment that was made for other requirements is refused with a sentence, and never brought up to date.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .environment import Environment

OR_YOUR_OWN = "Without WORKBOOK_ENVIRONMENT this copy makes one of its own, in .venv."


def leave_unless_new(environment: Environment) -> None:
    """Leave with a sentence where an environment that is not ready must not be made or changed from here."""
    folder, found = environment.folder, environment.found_stamp()
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if found == ["unfinished"]:
        if os.access(folder, os.W_OK):
            return  # it is being made, which the lock waits for, or that was interrupted
        sys.exit(f"The environment in {folder} is not finished: try again when who makes it is done. {OR_YOUR_OWN}")
    if not found:
        sys.exit(
            f"WORKBOOK_ENVIRONMENT names {folder}, which is no environment of the workbook: name an empty folder, or one that "
            f"is not there yet. {OR_YOUR_OWN}"
        )
    if not environment.missing():
        sys.exit(
            f"The Python in {folder} does not run on this machine: delete the folder and make it again here. {OR_YOUR_OWN}"
        )
    sys.exit(
        f"The environment in {folder} was made for another version of the workbook, with other packages: delete it and make it "
        f"again from this one, or bring both to the same version (git pull). {OR_YOUR_OWN}"
    )
