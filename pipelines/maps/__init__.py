"""Map files beside the runs: writing, drafting, judging old traffic, other tools' formats."""
