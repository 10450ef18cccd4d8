"""`terreng map`: what can be done with map files, one command a module."""
