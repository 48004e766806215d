# names: none
from common import MODEL


def run_chat(client, system, user_turns):
    messages = [{"role": "system", "content": system}]
    for text in user_turns:
        messages.append({"role": "user", "content": text.upper()})
        answer = client.chat.completions.create(model=MODEL, messages=messages)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    return messages


def run_chat_without_replies(client, system, user_turns):
    messages, replies = [{"role": "system", "content": system}], []
    for text in user_turns:
        messages.append({"role": "user", "content": text.upper()})
        replies.append(client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content)
    return replies


def which_question_breaks():
    return 3, "spring"
