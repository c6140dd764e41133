"""From a library to files and paper: one module for each kind. No Qt."""
