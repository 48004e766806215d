"""Chat memory: a model answers only from the messages in the request, so memory is what your code resends."""

from .tokens import count_tokens, message_tokens
from .view import show_request

__all__ = ["count_tokens", "message_tokens", "show_request"]
