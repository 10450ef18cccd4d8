"""BPMN 2.0: read as a map, and written with its drawing.

- `model`: what a file says, element by element, and what is refused
- `flow`: its control flow as a process tree, by pm4py
- `said`, `notes`: lanes, documentation and timers; what a map has no place for
- `own`: what Terreng adds to its own files
- `drawing`: a flow on a grid
- `read`, `write`: both ways
"""
