"""Dialogs: licence, about, shortcuts, preferences, nets, segmenters, triage, where to save."""
