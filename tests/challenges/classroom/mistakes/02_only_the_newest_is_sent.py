# names: sends_the_last_message_only
from common import MODEL


def _ask(client, messages):
    return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def run_chat(client, system, user_turns):
    rules, log = {"role": "system", "content": system}, []
    for text in user_turns:
        question = {"role": "user", "content": text}
        reply = _ask(client, [rules, question])
        log.extend([question, {"role": "assistant", "content": reply}])
    return [rules, *log]


def run_chat_without_replies(client, system, user_turns):
    rules, questions, replies = {"role": "system", "content": system}, [], []
    for text in user_turns:
        questions.append({"role": "user", "content": text})
        replies.append(_ask(client, [rules, *questions]))
    return replies


def which_question_breaks():
    return 3, "spring"
