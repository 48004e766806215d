"""One loop for both, which keeps the exchange or not; the replies are streamed. With history, a system message goes along."""

from common import MODEL

SYSTEM = {"role": "system", "content": "Answer in one sentence."}


def ask_without_history(client, fact, question):
    return last_reply(client, [fact, question], remember=False)


def ask_with_history(client, fact, question):
    return last_reply(client, [fact, question], remember=True)


def last_reply(client, texts, *, remember):
    kept = (SYSTEM,) if remember else ()
    for text in texts:
        request = (*kept, {"role": "user", "content": text})
        stream = client.chat.completions.create(model=MODEL, messages=request, stream=True, temperature=0)
        reply = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        if remember:
            kept = (*request, {"role": "assistant", "content": reply})
    return reply
