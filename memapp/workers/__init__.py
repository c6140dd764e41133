"""Which thread does what. QtCore and QImage only."""
