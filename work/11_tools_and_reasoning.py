"""11 · Tools and reasoning: a history with tools within a budget, and the loop that calls them.

1. Write `trim_tools`. A history begins with the system message, then come turns, each with a user message first. In a turn
   tools may be called, step by step: a step is a message with `tool_calls` and right after it the results of all of them; an
   answer in words is a step too. The newest turn has no answer yet: the history ends with its question, or with results.
   What the model has thought is in `reasoning_content`. A request costs what `count_tokens` says.
2. Write `run_loop`. It asks the model, calls the functions that the model wants, and asks again, until there is an answer.

You have it when, in `trim_tools`,
- the system message is first, the newest question is there, and the request never has more than `max_tokens` tokens; where
  these two messages alone have more, you raise a ValueError;
- no call is without its results, and no result without its call, at any budget: steps stay whole, an older turn is there with
  all its steps or not at all, none is left out in the middle;
- the reasoning of turns that called no tool is gone; in turns that did, each message that stays keeps its own;
- what fits after that is sent as it is. Otherwise, each stage only if the one before was not enough (within 1 all at once or
  one by one, as you like; turns and steps go one by one):
    1. results before the newest step are shortened, where their message has more than SHORT tokens, to SHORT or less;
    2. old turns go, the oldest first;
    3. the results of the newest step are shortened; at least half of the room that is left for them is used, here and in 4;
    4. the older steps of the newest turn go, the oldest first, once all results are down to SHORT; where not even the newest
       step fits then, it goes too;
- a shortened result (its content is a text) is no larger, not empty, and says that something is missing, in words or by …;
- your caller's list and its messages stay as they were; and it is quick: 15 seconds are allowed for all calls of a check.

And in `run_loop`,
- it returns the answer, and each request is for MODEL, not streamed, with all messages so far and with `tools`;
- `messages` is your caller's list. You append to it: each step once it is complete, at last the answer; dicts, not objects;
- each call is answered with its id, in order. `functions` has the functions by name; each takes the arguments by name and
  returns a text. If one raises an Exception, its words are the result. A name that is not there, and arguments that are no
  JSON object or do not fit, are answered with words of yours: the model reads them and can do better;
- in a turn with calls the model's `reasoning_content` is kept, too, where there is one;
- after `max_steps` steps the model is asked once more so that it cannot call: with tool_choice="none";
- when a request fails, the error goes on to your caller, and so does what is no Exception, such as Ctrl-C in a function. Then
  `messages` holds each step that was complete, and nothing half: run_loop with the same list goes on there, and calls nothing
  that is in it again.

The functions of chat_memory.tool_turns and trim_to_budget are not for use here; split_turns is. Everything in this file may be
edited, but the names and the arguments of the functions stay.
"""

import json
from collections.abc import Callable

from chat_memory import count_tokens, message_tokens, split_turns
from common import MODEL

SHORT = 40  # tokens: down to this a result is shortened before anything is dropped for it


def trim_tools(history: list[dict], max_tokens: int) -> list[dict]:
    """Return what to send of a history with tools: whole steps, within `max_tokens`, with reasoning where it is needed."""
    raise NotImplementedError


def run_loop(client, messages: list[dict], tools: list[dict], functions: dict[str, Callable[..., str]], max_steps: int):
    """Let the model call functions until it answers; append each step and the answer to `messages`, return the answer."""
    raise NotImplementedError
