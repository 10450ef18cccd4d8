"""Journey maps as tables: one row a touchpoint, or phases as columns, as spreadsheets and mapping tools have them."""
