"""The day after: what a comparison finds in single journeys is found anew only where something in them changed.

Nothing is told of what changed: every journey's facts are reduced to a number (its print), and those whose print is the
one of the last comparison keep the rows that were made then. So the tables are those of a comparison of everything,
whatever came late, was changed or erased. Where this cannot be known for certain everything is made anew: after another
version of terreng or of a map, where two versions of a map are in use, where journeys are another map's errand, and on
a cluster.
"""

from __future__ import annotations

from pipelines.incremental.since import STANDING, Since, keep, look_back

__all__ = ["STANDING", "Since", "keep", "look_back"]
