"""Evaluating and training nets on people's scores, and a memory game that collects such scores."""
