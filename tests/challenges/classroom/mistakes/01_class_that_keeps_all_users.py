# names: one_list_for_all_exchanges
from common import MODEL


class Talk:
    messages = []

    def ask(self, client, text):
        self.messages.append({"role": "user", "content": text})
        reply = client.chat.completions.create(model=MODEL, messages=self.messages).choices[0].message.content
        self.messages.append({"role": "assistant", "content": reply})
        return reply


def ask_without_history(client, fact: str, question: str) -> str:
    for text in (fact, question):
        answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content


def ask_with_history(client, fact: str, question: str) -> str:
    talk = Talk()
    talk.ask(client, fact)
    return talk.ask(client, question)
