"""Maps, regions and areas laid over a photo, and their controls."""
