"""What OpenAI's API accepts, refuses, counts, caches and sends back: nothing here knows what a message says."""
