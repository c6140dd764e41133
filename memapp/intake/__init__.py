"""From a dropped path to pixels. The only place that opens pictures."""
