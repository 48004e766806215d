"""Takes the name of a model from a tutorial, and not MODEL."""
# fails: test_without_history_one_call_tells_and_one_asks
# hint: Where does the name of the model come from


def ask(client, messages):
    return client.chat.completions.create(model="gpt-4o-mini", messages=messages).choices[0].message.content


def ask_without_history(client, fact, question):
    ask(client, [{"role": "user", "content": fact}])
    return ask(client, [{"role": "user", "content": question}])


def ask_with_history(client, fact, question):
    messages = [{"role": "user", "content": fact}]
    messages.append({"role": "assistant", "content": ask(client, messages)})
    messages.append({"role": "user", "content": question})
    return ask(client, messages)
