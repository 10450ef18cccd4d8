-- One row per source: a list of it alone.
SELECT
  source_n,
  array_sort(collect_set(source)) AS sources
FROM identity_sources
GROUP BY
  source_n
