"""The numbers of gpt-3.5-turbo-0301, copied ever since: 4 a message, -1 for a name, +2 for the reply."""
# fails: test_a_message_adds_what_it_adds_to_the_servers_count
# hint: the 4 of many tutorials

import tiktoken


def count_tokens(messages):
    encoding = tiktoken.get_encoding("o200k_base")
    num_tokens = 0
    for message in messages:
        num_tokens += 4  # every message follows <im_start>{role/name}\n{content}<im_end>\n
        for key, value in message.items():
            num_tokens += len(encoding.encode(value, disallowed_special=()))
            if key == "name":
                num_tokens += -1  # the role is omitted
    num_tokens += 2  # every reply is primed with <im_start>assistant
    return num_tokens
