"""The grid of photos: item model, sort and filter proxy, tile delegate and the view that shows them."""
