"""What follows from what: SQL models and pure functions, without I/O, clock, environment or randomness."""
