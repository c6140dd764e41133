"""The list of photos: its item model over the library, the grid of tiles, and the table of details."""
