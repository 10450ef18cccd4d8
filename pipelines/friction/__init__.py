"""What departures cost, from working tables or from published ones: who is compared, and what comes of it."""
