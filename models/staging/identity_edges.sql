-- One row per pair of persons, as they are so far, between whom one rule has links of one turn.
select distinct least(lefts.root, rights.root) as low, greatest(lefts.root, rights.root) as high
from identity_strengths links
join identity_roots lefts on lefts.id_key = links.left_key
join identity_roots rights on rights.id_key = links.right_key
where links.strength = $rule and links.turn = $turn and lefts.root <> rights.root
