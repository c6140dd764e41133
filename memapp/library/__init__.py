"""The document: photos, the columns that say something of them, and pure functions that order and filter."""
