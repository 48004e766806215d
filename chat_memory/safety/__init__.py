"""Untrusted text: kept off the disk, quoted as data, screened for instructions, and never part of a path.

None of this makes untrusted text safe. Each function makes one attack harder and says what it does not stop; what holds
without exception is where a text is put: never into the system message.
"""

from .filenames import safe_filename
from .instructions import instructions_in
from .quoting import quoted
from .redaction import CAUGHT_BY_MISTAKE, NOT_CAUGHT, Redacted, redact, redacted

__all__ = [
    "CAUGHT_BY_MISTAKE",
    "NOT_CAUGHT",
    "Redacted",
    "instructions_in",
    "quoted",
    "redact",
    "redacted",
    "safe_filename",
]
