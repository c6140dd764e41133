"""From a library to files: the report record, and one module for each kind of file. No Qt."""
