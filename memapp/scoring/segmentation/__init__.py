"""What is where in a photo: segmenter packs, what runs them, where they lie, and how they are fetched."""
