-- One row per id, numbered in the order of names. The kinds of ids that last longest come first, so that a person is
-- named after her customer number rather than after a cookie, and keeps her name when cookies come and go.
SELECT
  identifiers.id_key,
  identifiers.id,
  types.type_n,
  types.is_person,
  CASE WHEN blocked.id_key IS NULL THEN 0 ELSE 1 END AS is_blocked,
  CAST(ROW_NUMBER() OVER (
    ORDER BY types.place NULLS LAST, identifiers.id NULLS LAST, identifiers.id_key NULLS LAST
  ) AS BIGINT) - 1 AS node
FROM identifiers
JOIN identity_types AS types
  ON types.id_type = identifiers.id_type
LEFT JOIN identity_blocked AS blocked
  ON blocked.id_key = identifiers.id_key
