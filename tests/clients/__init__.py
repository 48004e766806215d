"""The clients: what other people's libraries can do with the offline model, each in an environment of its own."""
