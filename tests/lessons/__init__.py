"""The shape of every lesson: executed in order, its parts in their order, short cells, links that lead somewhere.

nbval runs the lessons and compares their outputs; here nothing is run.
"""
