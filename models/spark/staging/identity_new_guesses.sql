-- One row per guessed pair of ids that no row shows, and of which neither end is one that the rule never joins. The
-- likelier a pair, the earlier it is tried; any trust above 2 is told as guessed.
SELECT
  guesses.left_key,
  guesses.right_key,
  0 AS evidence_n,
  $guesser AS first_source,
  $guesser AS last_source,
  guesses.trust,
  2 AS turn,
  'loose' AS strength,
  'trust' AS guard
FROM identity_guesses AS guesses
LEFT JOIN identity_strengths AS links
  ON links.left_key = guesses.left_key AND links.right_key = guesses.right_key
LEFT JOIN (
  SELECT
    id_key
  FROM identity_nodes
  WHERE
    is_blocked = 1
  UNION
  SELECT
    id_key
  FROM identity_supers
  UNION
  SELECT
    id_key
  FROM identity_crowds
  WHERE
    is_loose = 0
) AS lefts
  ON lefts.id_key = guesses.left_key
LEFT JOIN (
  SELECT
    id_key
  FROM identity_nodes
  WHERE
    is_blocked = 1
  UNION
  SELECT
    id_key
  FROM identity_supers
  UNION
  SELECT
    id_key
  FROM identity_crowds
  WHERE
    is_loose = 0
) AS rights
  ON rights.id_key = guesses.right_key
WHERE
  links.left_key IS NULL AND lefts.id_key IS NULL AND rights.id_key IS NULL
