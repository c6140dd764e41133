"""From pixels to scores. The only home of torch."""
