# names: reply_as_user
from common import MODEL

TRIP = ["I'm planning a trip to Japan.", "When should I visit?", "What should I pack for that season?"]


def message(role, content):
    return {"role": role, "content": content}


def run_chat(client, system, user_turns):
    history = [message("system", system)]
    for turn in user_turns:
        history += [message("user", turn)]
        reply = client.chat.completions.create(model=MODEL, messages=history).choices[0].message
        history += [message("user", reply.content)]
    return history


def run_chat_without_replies(client, system, user_turns):
    said = []
    for number in range(len(user_turns)):
        messages = [message("system", system)] + [message("user", text) for text in user_turns[: number + 1]]
        said.append(client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content)
    return said


def which_question_breaks():
    return (3, "spring")
