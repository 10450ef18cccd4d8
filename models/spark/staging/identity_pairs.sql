-- One row per pair of ids that were seen together: how often, since when, by which sources (the first and the last of
-- them in the order of names), and how far these are trusted (null: none of them says; `is_untold`: at least one does
-- not).
SELECT
  evidence.left_key,
  evidence.right_key,
  CAST(SUM(evidence.evidence_n) AS BIGINT) AS evidence_n,
  MIN(evidence.first_seen_at) AS first_seen_at,
  MIN(sources.source_n) AS first_source,
  MAX(sources.source_n) AS last_source,
  MIN(sources.trust) AS told_trust,
  MAX(CASE WHEN sources.trust IS NULL THEN 1 ELSE 0 END) AS is_untold
FROM link_evidence AS evidence
JOIN identity_sources AS sources
  ON sources.source = evidence.source
GROUP BY
  evidence.left_key,
  evidence.right_key
