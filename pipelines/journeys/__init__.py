"""Single journeys, pseudonymous, laid on their map: the planned line and the actual line, column by column."""
