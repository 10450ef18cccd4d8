"""How two segments, or two periods, of one map differ: the numbers of every table, read once and split by journey."""
