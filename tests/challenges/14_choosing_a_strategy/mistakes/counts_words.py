"""Counts words where tokens are counted, which are more."""
# fails: test_no_request_is_over_the_budget
# hint: compares what is sent with max_tokens

from common import MODEL


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.client, self.max_tokens, self.turns = client, max_tokens, []
        self.system = {"role": "system", "content": system}

    def ask(self, text):
        question = {"role": "user", "content": text}

        def request():
            return [self.system, *(message for turn in self.turns for message in turn), question]

        while sum(len(message["content"].split()) for message in request()) > self.max_tokens:
            self.turns.pop(0)
        reply = self.client.chat.completions.create(model=MODEL, messages=request()).choices[0].message.content
        self.turns.append([question, {"role": "assistant", "content": reply}])
        return reply
