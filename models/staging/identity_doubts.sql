-- One row per link of one rule and turn in a component where two people would meet: its ends, the persons that they are
-- so far, and what says how strong it is (first_us: the largest number where that is not known).
select
    links.left_key,
    links.right_key,
    lefts.node as left_node,
    rights.node as right_node,
    lefts.root as left_root,
    rights.root as right_root,
    cast(links.trust as bigint) as trust,
    links.evidence_n,
    coalesce(@MICROS(links.first_seen_at), 9223372036854775807) as first_us
from identity_strengths links
join identity_roots lefts on lefts.id_key = links.left_key
join identity_roots rights on rights.id_key = links.right_key
join identity_labels labels on labels.node = lefts.root
join identity_mixed mixed on mixed.label = labels.label
where links.strength = $rule and links.turn = $turn and lefts.root <> rights.root
