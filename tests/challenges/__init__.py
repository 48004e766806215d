"""The challenges: a folder for each, the engine that checks a learner's code, and the desk at which it is checked."""
