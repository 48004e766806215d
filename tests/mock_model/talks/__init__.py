"""Talks: conversations with a fact in them and a question about it. One set the weights are fitted on, one they never saw.

Each line has messages, a question, and a type: "fact" (`expect`: what a right answer has, `forbid`: what it must not have),
"near" (something similar was said; `trap` must not be given as the answer) and "never" (nothing of the kind was said).
"""
