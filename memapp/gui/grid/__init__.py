"""The grid of photos: item model, sort and filter proxy, delegate, view."""
