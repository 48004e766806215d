# names: mutable_default
from common import MODEL


def chat(client, system, texts, history=[], keep=True):  # noqa: B006
    history.append({"role": "system", "content": system})
    out = []
    for text in texts:
        history.append({"role": "user", "content": text})
        reply = client.chat.completions.create(model=MODEL, messages=list(history)).choices[0].message.content
        out.append(reply)
        if keep:
            history.append({"role": "assistant", "content": reply})
    return list(history), out


def run_chat(client, system, user_turns):
    return chat(client, system, user_turns)[0]


def run_chat_without_replies(client, system, user_turns):
    return chat(client, system, user_turns, [], keep=False)[1]


def which_question_breaks():
    return 3, "spring"
