"""The tests of the offline model, and how well it answers: measured on conversations that it was not made for."""
