"""The threads of the window, and the one owner of them. QtCore and QImage only."""
