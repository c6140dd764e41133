"""Evaluating and training nets on people's scores. Used by the command line only."""
