"""The classroom: the work of many learners, checked on one machine whatever their code does, and what came of it in a table."""
