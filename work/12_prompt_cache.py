"""12 · Prompt cache: the same conversation within the same budget, at a lower bill.

Write `next_request`. It is called once for each question of a conversation. `history` is all that was said: the system message,
whole turns, and at the end the newest question. `note` is a message that your program sends along, such as the time: another
one with each question, and a twentieth of `max_tokens` at most. `max_tokens` is the same in a whole conversation. You return
two things: the request to send, and a `state` of your own choice. At the next question of the same conversation you get that
state back; at the first one, and after your program was restarted, it is None.

You have it when, in each request,
- the system message stands first, once; the newest question comes after all that was said before;
- the note of now is there, once, as a message of its own. Where it stands is up to you, but not between a call and its results.
  An older note may stay in a later request;
- what else is sent are the newest turns: whole, as they are, in their order, none left out in the middle;
- there are at most `max_tokens` tokens, as count_tokens counts them. If system message, question and note alone are more, you
  raise a ValueError (BudgetError is one);
- turns are dropped only if your last request, with what has come since, would fill more than nine tenths of `max_tokens`, and
  then so that the rest fills at least a third of it: with one turn more it would be over that third;
and when
- nothing that you are given is changed; all that you know of a conversation is in its state, so that two can go on at once;
- a question that is asked again with the same state, because the call has failed, gets the same request;
- in a conversation of 200 turns, at least half of all prompt tokens are read from the cache, and its prompts cost at most two
  fifths of what they cost with trim_to_budget(history, what the note leaves of max_tokens) in each turn and the note at the end:
  in gpt-6-luna's prices, what is written included.

All functions of chat_memory are yours to use. Everything in this file may be edited, but the name and the arguments of the
function stay.
"""

from typing import Any

from chat_memory import count_tokens, message_tokens, split_turns, trim_to_budget


def next_request(history: list[dict], note: dict, max_tokens: int, state: Any = None) -> tuple[list[dict], Any]:
    """Return the request for the newest question, which begins like the one before if it can, and the state for the next."""
    raise NotImplementedError
