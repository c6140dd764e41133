"""Records on disk: scores, preferences, exports."""
