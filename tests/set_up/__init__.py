"""The command line, the set-up behind it, and the settings."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.project", f"{__name__}.reading")  # what they assert is shown in full too
