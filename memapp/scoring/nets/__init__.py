"""The family of nets: ResMem, its relatives and M3M, their checkpoints, and which of them can score here."""
