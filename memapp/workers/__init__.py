"""Who runs what on which thread. QtCore and QImage only."""
