"""An object that remembers, or forgets before each question; the model's message goes back as it came."""

from common import MODEL


class Talker:
    def __init__(self, client, forgetful=False):
        self.client, self.forgetful, self.history = client, forgetful, []

    def say(self, text):
        if self.forgetful:
            self.history = []
        self.history += [{"role": "user", "content": [{"type": "text", "text": text}]}]
        message = self.client.chat.completions.create(model=MODEL, messages=self.history).choices[0].message
        self.history += [message]
        return message.content


def ask_without_history(client, fact, question):
    talker = Talker(client, forgetful=True)
    return [talker.say(text) for text in (fact, question)][-1]


def ask_with_history(client, fact: str, question: str, verbose: bool = False) -> str:
    talker = Talker(client)
    talker.say(fact)
    reply = talker.say(question)
    if verbose:
        print(reply)
    return reply
