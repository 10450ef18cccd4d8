"""How journeys travel: the flow between phases, the funnel over the map, and how journeys end over time."""
