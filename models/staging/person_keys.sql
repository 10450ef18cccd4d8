-- One row per id, under one rule. A person is named after the first of her ids in the order of names, so that the name
-- depends neither on the order in which ids were met nor on their internal numbers.
select $rule as rule, parts.id_key, parts.person_key, 'p_' || firsts.id as person_id
from $parts parts
join identity_nodes firsts on firsts.node = parts.root
