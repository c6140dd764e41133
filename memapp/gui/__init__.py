"""The window: widgets and their controllers, one folder for each part."""
