"""Does not say which model: ChatMemory then takes one that is not the one that was set."""
# fails: test_every_request_names_the_model
# hint: the name of the model

from chat_memory import ChatMemory


class Memory:
    def __init__(self, client, system, max_tokens=2400):
        self.memory = ChatMemory(client, system, max_tokens)

    def ask(self, text):
        return self.memory.ask(text)
