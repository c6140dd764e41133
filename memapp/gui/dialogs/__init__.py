"""Dialogs: licence, about, shortcuts, problems."""
