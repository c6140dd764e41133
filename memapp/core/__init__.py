"""Shared types: records, events, contracts, settings, errors, texts. Standard library and numpy only."""
