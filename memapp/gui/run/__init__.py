"""The run over the photos, as the window shows and controls it."""
