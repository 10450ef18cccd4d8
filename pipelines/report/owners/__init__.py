"""A page for each owner: only their touchpoints, and what is theirs to mend."""
