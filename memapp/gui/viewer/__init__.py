"""The viewer: one photo, large."""
