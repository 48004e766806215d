"""Has the code of the offline server count."""
# fails: test_texts_are_counted_in_tokens
# hint: with tiktoken alone

from mock_model.api.tokens import PRIMING, count_message


def count_tokens(messages):
    return PRIMING + sum(count_message(message, "o200k_base") for message in messages)
