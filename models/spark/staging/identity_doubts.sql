-- One row per link of one rule and turn in a component where two people would meet: its ends, the persons that they are
-- so far, and what says how strong it is (first_us: the largest number where that is not known).
SELECT
  links.left_key,
  links.right_key,
  lefts.node AS left_node,
  rights.node AS right_node,
  lefts.root AS left_root,
  rights.root AS right_root,
  CAST(links.trust AS BIGINT) AS trust,
  links.evidence_n,
  COALESCE(unix_micros(links.first_seen_at), 9223372036854775807) AS first_us
FROM identity_strengths AS links
JOIN identity_roots AS lefts
  ON lefts.id_key = links.left_key
JOIN identity_roots AS rights
  ON rights.id_key = links.right_key
JOIN identity_labels AS labels
  ON labels.node = lefts.root
JOIN identity_mixed AS mixed
  ON mixed.label = labels.label
WHERE
  links.strength = $rule
  AND links.turn = $turn
  AND lefts.root <> rights.root
