"""What departures cost: effects within strata, their intervals by person, and what fixing them would give back."""
