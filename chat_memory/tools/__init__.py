"""Tools: functions that a model may call: their definitions, their arguments, and what goes back to the model."""

from ..replies.events import Called, Event, Result, Text
from .tool import Tool

__all__ = ["Called", "Event", "Result", "Text", "Tool"]
