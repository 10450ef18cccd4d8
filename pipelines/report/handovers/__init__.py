"""Hand-overs between owners: who passes journeys to whom, how long they wait there, and how many are lost between."""
