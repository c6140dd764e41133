"""What memapp keeps on disk: scores and ids of photos, settings, areas; caches of maps and thumbnails."""
