"""No state: from the history alone it is found out anew where the window was cut, turn by turn from the beginning."""

from chat_memory import count_tokens, message_tokens, split_turns


def next_request(history, note, max_tokens, state=None):
    (system,), turns = split_turns(history)
    sizes = [sum(map(message_tokens, turn)) for turn in turns]
    questions = [message_tokens(turn[0]) for turn in turns]
    fixed = message_tokens(system) + 3
    room = max_tokens - fixed
    limit = room - max_tokens // 20  # for a note of any usual length
    first = used = 0
    for i, size in enumerate(sizes):  # the turns before are complete, this one is asked
        if used + questions[i] > limit:
            while first < i and used + questions[i] > limit // 2:
                used -= sizes[first]
                first += 1
        used += size

    def request():
        return [system, *(message for turn in turns[first:] for message in turn), note]

    while count_tokens(request()) > max_tokens:  # an unusual note
        if first == len(turns) - 1:
            raise ValueError(f"{count_tokens(request())} tokens are needed, but max_tokens is {max_tokens}.")
        first += 1
    return request(), None
