"""Cut the history at its last question, and again in what is left."""


class Turns:
    def __init__(self, messages):
        self.messages = messages

    def last(self, count):
        if count == 0 or not self.messages:
            return []
        start = len(self.messages) - 1
        while start > 0 and self.messages[start]["role"] != "user":
            start -= 1
        return Turns(self.messages[:start]).last(count - 1) + self.messages[start:]


def sliding_window(history, keep_turns):
    system, *rest = [dict(message) for message in history]
    return [system, *Turns(rest).last(keep_turns)]
