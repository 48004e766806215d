"""A plugin that comes before all others: what takes seconds to import and nothing here needs is left out.

The grammar of international web addresses is built anew by each process that imports jsonschema, as nbval does; jsonschema
does without where it is not there.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
