"""What the notebooks call: a workspace opened, parts of its journeys, questions, lists, and maps in the making.

The notebooks import, call and show; all that they show is made here. Nothing here writes into the workspace but what
the person in front of it asks to keep.
"""
