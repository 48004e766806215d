"""Which model answers, as the environment and the file .env say it, in every way in which people write that."""
