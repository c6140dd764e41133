"""The document: photos, declared columns, order and filter, and the undo log. In memory; no Qt, no disk."""
