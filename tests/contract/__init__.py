"""The contract: what the lessons claim of every chat API, each claim a criterion that a server is held against."""
