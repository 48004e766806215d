"""The journal: what each request held, a JSON line each, in a file that its owner alone can read; only when it is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from datetime import UTC, datetime

from mock_model.over_http.asked import Record


class Journal:
    """Appends to a file. Raises OSError where it cannot be written to. No key gets into it."""

    def __init__(self, path: str) -> None:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
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
