"""memapp: rank photos by how memorable they are to people."""

__version__ = "0.1.0"
