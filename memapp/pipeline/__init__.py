"""The runs themselves: plain generators of frozen events, without Qt."""
