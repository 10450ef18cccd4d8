"""What changed since the last run: headline numbers then and now, and what became of the findings."""
