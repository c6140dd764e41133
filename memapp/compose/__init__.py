"""The composition roots: the only place that connects the layers, for the app and its tests alike."""
