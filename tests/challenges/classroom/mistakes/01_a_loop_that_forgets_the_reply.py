# names: leaves_the_reply_out
from common import MODEL


def say(client, texts):
    messages = []
    for text in texts:
        messages.append({"role": "user", "content": text})
        answer = client.chat.completions.create(messages=messages, model=MODEL)
    return answer.choices[0].message.content


def ask_without_history(client, fact, question):
    say(client, [fact])
    return say(client, [question])


def ask_with_history(client, fact, question):
    return say(client, [fact, question])
