"""The steps of build_installer.py. Standard library only, but for make_nets.py."""
