"""What departures cost: frictions, cohorts, patience, experience, and the range that identity leaves."""
