"""Segmenter packs: what they describe, how they run, where they are stored, how they are downloaded."""
