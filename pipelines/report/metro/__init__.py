"""The metro map: the designed journey as a subway map, with the observed one on it, in several modes."""
