-- One row per id, under one rule. A person is named after the first of her ids in the order of names, so that the name
-- depends neither on the order in which ids were met nor on their internal numbers.
SELECT
  $rule AS rule,
  parts.id_key,
  parts.person_key,
  'p_' || firsts.id AS person_id
FROM $parts AS parts
JOIN identity_nodes AS firsts
  ON firsts.node = parts.root
