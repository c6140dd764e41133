"""The memory game as a window: its composition root and its widgets."""
