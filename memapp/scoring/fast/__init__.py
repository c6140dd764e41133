"""ResMem with 8-bit numbers: slightly less accurate, and faster. See docs/decisions/fast-net.md."""
