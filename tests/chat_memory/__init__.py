"""The tests of chat_memory, and what they share: histories, clients without a model, servers, programs that write."""
