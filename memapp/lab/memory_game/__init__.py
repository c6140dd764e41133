"""The memory test as a window: its start and its widgets."""
