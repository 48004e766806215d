"""The Responses API: messages as its items and back, its requests and replies, and what a server keeps of a conversation."""

from ..replies.api import Api
from .reply import ResponseReply
from .request import ASKING, responses_request, unreadable_in

RESPONSES = Api("responses", ASKING, responses_request, ResponseReply, unreadable_in)
