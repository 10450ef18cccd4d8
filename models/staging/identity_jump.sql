-- One row per root that has links to others: the parent of its parent, which halves the way to the top.
select hooks.node, ahead.parent
from identity_hooks hooks
join identity_hooks ahead on ahead.node = hooks.parent
