"""The nouns of memapp: records, events, contracts, settings, errors. Standard library and numpy only."""
