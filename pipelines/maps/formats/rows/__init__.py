"""Journey maps as tables: one row a touchpoint, or phases as columns, as spreadsheets and mapping tools have them.

- `table`: a file as rows of text
- `headers`, `layout`: what stands where
- `cells`: what people write into cells
- `paths`: the flow's words around a touchpoint as one cell
- `read`, `write`: both ways
"""
