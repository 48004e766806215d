"""Tasks: what is done with the sentences that are found: reply, summary, facts, tool call, JSON; orders on how to reply."""
