-- One row per id, under one rule: the person that it belongs to, persons being numbered in the order of their names,
-- whether she is known by several ids, and whether one of them is of kind person.
WITH persons AS (
  SELECT
    root,
    root - root % 65536 AS head,
    COUNT(*) AS ids_n,
    MAX(CASE WHEN person_type IS NULL THEN 0 ELSE 1 END) AS is_known
  FROM identity_roots
  GROUP BY
    root
), heads AS (
  SELECT
    head,
    COUNT(*) AS persons_n
  FROM persons
  GROUP BY
    head
), begun AS (
  SELECT
    head,
    CAST(SUM(persons_n) OVER (ORDER BY head NULLS LAST) AS BIGINT) - persons_n AS before_n
  FROM heads
), numbered AS (
  SELECT
    persons.root,
    persons.ids_n,
    persons.is_known,
    begun.before_n + CAST(ROW_NUMBER() OVER (PARTITION BY persons.head ORDER BY persons.root NULLS LAST) AS BIGINT) - 1 AS person_key
  FROM persons
  JOIN begun
    ON begun.head = persons.head
)
SELECT
  roots.id_key,
  roots.root,
  numbered.person_key,
  CASE WHEN numbered.ids_n > 1 THEN 1 ELSE 0 END AS is_stitched,
  numbered.is_known
FROM identity_roots AS roots
JOIN numbered
  ON numbered.root = roots.root
