"""The commands without a window, one module each; each adds itself to the parser with add_to()."""
