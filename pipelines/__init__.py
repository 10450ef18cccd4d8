"""The edges: flows, warehouse, readers, pictures, settings and the command line."""
