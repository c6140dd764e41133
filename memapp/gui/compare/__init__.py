"""Two to four photos side by side, at the same place and scale; a knock-out through many."""
