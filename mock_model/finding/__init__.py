"""Finding: which sentences of a conversation answer a question, and how sure that is."""
