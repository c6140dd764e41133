"""ResMem with 8-bit numbers: a little less exact, and much faster. See docs/decisions/fast-net.md."""
