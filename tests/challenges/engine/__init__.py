"""How a learner's code is called, watched, judged and reported, whatever it does."""
