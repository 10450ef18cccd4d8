"""Planned against actual on the page: the ledger, every journey at every touchpoint, rules, hand-overs, blind spots."""
