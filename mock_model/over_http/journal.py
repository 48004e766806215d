"""The journal: what each request held, a JSON line each, in a file that its owner alone can read; only when it is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
from datetime import UTC, datetime

from mock_model.over_http.asked import Record


class Journal:
    """Appends to a file, which others than its owner cannot read from then on. Raises OSError where that cannot be.

    The headers, with the key in them, are left out; what is in a path or a body is noted as it was sent.
    """

    def __init__(self, path: str) -> None:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if sys.platform != "win32" and stat.S_ISREG(os.fstat(number).st_mode):
            os.fchmod(number, 0o600)  # it may have been there before
        self._file = os.fdopen(number, "a", encoding="utf-8", newline="\n")

    def write(self, record: Record) -> None:
        """Note a request at once. A disk that is full ends the journal with a sentence, and not the server."""
        if self._file.closed:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            self._file.write(json.dumps({"time": now, "user": record.user, **record.shown()}) + "\n")
            self._file.flush()
        except OSError as error:
            print(f"The journal ends here: {error}.", file=sys.stderr)
            self.close()

    def close(self) -> None:
        """Close the file; what is in it stays."""
        with contextlib.suppress(OSError):
            self._file.close()
