"""The panel that explains the selected photo's score."""
