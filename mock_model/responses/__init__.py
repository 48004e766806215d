"""Responses: OpenAI's Responses API over the same reading as Chat Completions: items, what is kept of them, what is sent."""
