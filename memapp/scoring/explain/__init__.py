"""Explain a photo's score: memorability maps, and how much each region contributes."""
