-- One row per id, numbered in the order of names. The kinds of ids that last longest come first, so that a person is
-- named after her customer number rather than after a cookie, and keeps her name when cookies come and go. Names are
-- numbered within their first letters, so that no one place has to put all of them in order.
WITH named AS (
  SELECT
    identifiers.id_key,
    identifiers.id,
    types.type_n,
    types.place,
    types.is_person,
    SUBSTRING(identifiers.id, 1, 2) AS head,
    CASE WHEN blocked.id_key IS NULL THEN 0 ELSE 1 END AS is_blocked
  FROM identifiers
  JOIN identity_types AS types
    ON types.id_type = identifiers.id_type
  LEFT JOIN identity_blocked AS blocked
    ON blocked.id_key = identifiers.id_key
), heads AS (
  SELECT
    place,
    head,
    COUNT(*) AS ids_n
  FROM named
  GROUP BY
    place,
    head
), begun AS (
  SELECT
    place,
    head,
    ids_n,
    CAST(SUM(ids_n) OVER (ORDER BY place NULLS LAST, head NULLS LAST) AS BIGINT) - ids_n AS before_n
  FROM heads
)
SELECT
  named.id_key,
  named.id,
  named.type_n,
  named.is_person,
  named.is_blocked,
  begun.before_n + CAST(ROW_NUMBER() OVER (
    PARTITION BY named.place, named.head
    ORDER BY named.id NULLS LAST, named.id_key NULLS LAST
  ) AS BIGINT) - 1 AS node
FROM named
JOIN begun
  ON begun.place = named.place AND begun.head = named.head
