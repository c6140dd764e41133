"""From pixels to scores. The only layer (except lab) that imports torch."""
