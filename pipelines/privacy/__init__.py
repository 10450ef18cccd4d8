"""Privacy: what is kept out at the door, what is taken out on request, and what is too small to be shown."""
