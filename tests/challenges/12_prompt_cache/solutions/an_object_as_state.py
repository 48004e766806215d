"""The state is an object with the turns of the window and their sizes; each call makes a new one."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from chat_memory import message_tokens, split_turns


@dataclass(frozen=True)
class Window:
    dropped: int = 0  # turns that are no longer sent
    full: int = 10  # tenths of the budget at which it is cut

    def moved(self, sizes: list[int], room: int) -> "Window":
        waiting = deque(sizes[self.dropped :])
        if sum(waiting) <= room:
            return self
        dropped = self.dropped
        while len(waiting) > 1 and sum(waiting) > room * 6 // self.full:
            waiting.popleft()
            dropped += 1
        if sum(waiting) > room:
            raise ValueError(f"The question has {sum(waiting)} tokens, and there is room for {room}.")
        return Window(dropped)


def next_request(history: list[dict], note: dict, max_tokens: int, state: Any = None) -> tuple[list[dict], Any]:
    instructions, turns = split_turns(history)
    room = max_tokens - 3 - sum(map(message_tokens, [*instructions, note]))
    window = (state or Window()).moved([sum(map(message_tokens, turn)) for turn in turns], room)
    said = [message for turn in turns[window.dropped :] for message in turn]
    return [*instructions, *said, dict(note)], window
