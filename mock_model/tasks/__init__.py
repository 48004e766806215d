"""Tasks: what a request can ask for, each done with the sentences that were said: a reply, a summary, facts, a call, JSON."""
