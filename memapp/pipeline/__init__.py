"""The runs: plain generators of frozen events, without Qt."""
