-- One row per pair of persons, as they are so far, between whom one rule has links of one turn.
SELECT DISTINCT
  LEAST(lefts.root, rights.root) AS low,
  GREATEST(lefts.root, rights.root) AS high
FROM identity_strengths AS links
JOIN identity_roots AS lefts
  ON lefts.id_key = links.left_key
JOIN identity_roots AS rights
  ON rights.id_key = links.right_key
WHERE
  links.strength = $rule
  AND links.turn = $turn
  AND lefts.root <> rights.root
