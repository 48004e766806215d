"""Every example runs from a terminal in any folder, without typing, and says what its lesson says."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.running")  # what it asserts is shown in full too
