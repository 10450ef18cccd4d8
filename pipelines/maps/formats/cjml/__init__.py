"""CJML, the Customer Journey Modelling Language of SINTEF: planned journeys as a line of touchpoints."""
