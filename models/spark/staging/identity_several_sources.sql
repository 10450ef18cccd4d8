-- One row per pair of ids that more than one source shows together: which ones.
SELECT
  evidence.left_key,
  evidence.right_key,
  array_sort(collect_set(evidence.source)) AS sources
FROM link_evidence AS evidence
JOIN identity_strengths AS links
  ON links.left_key = evidence.left_key AND links.right_key = evidence.right_key
WHERE
  links.first_source < links.last_source
GROUP BY
  evidence.left_key,
  evidence.right_key
