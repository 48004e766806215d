"""Chat memory: a model answers only from the messages in the request, so memory is what your code resends."""

from .budget import trim_to_budget
from .chart import line_chart
from .errors import BudgetError, IncompleteReply
from .memory import ChatMemory
from .messages import Message
from .replies.usage import Usage
from .responses.items import items_of, messages_of
from .summary import summarize
from .tokens import count_tokens, message_tokens
from .tool_turns import reasoning_where_needed, shorten_result, split_steps, thin_turn
from .tools.tool import Tool
from .turns import sliding_window, split_turns
from .view import show_request

__all__ = [
    "BudgetError",
    "ChatMemory",
    "IncompleteReply",
    "Message",
    "Tool",
    "Usage",
    "count_tokens",
    "items_of",
    "line_chart",
    "message_tokens",
    "messages_of",
    "reasoning_where_needed",
    "shorten_result",
    "show_request",
    "sliding_window",
    "split_steps",
    "split_turns",
    "summarize",
    "thin_turn",
    "trim_to_budget",
]
