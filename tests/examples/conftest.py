"""Examples ask some thousand times, on many kinds of servers."""

from ..quick_requests import requests_are_prepared_quickly  # noqa: F401
