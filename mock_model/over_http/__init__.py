"""Over HTTP: the offline model as a server for any client in any language, each API key with a state of its own."""
