"""The offline model is asked some ten thousand times."""

from ..quick_requests import requests_are_prepared_quickly  # noqa: F401
