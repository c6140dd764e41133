"""The window of the memory game."""
