-- One row per journey, kind and target: how often. The target is a code, the letter of an activity off the map,
-- or a block as -1 - block_no.
WITH departures AS (
  SELECT
    found.journey_key,
    CASE WHEN unseen.journey_key IS NULL THEN found.kind ELSE 'unobservable' END AS kind,
    COALESCE(found.code, -1 - found.block_no) AS target
  FROM flow_departures AS found
  LEFT JOIN unseen_departures AS unseen
    ON unseen.journey_key = found.journey_key
    AND unseen.departure_no = found.departure_no
  UNION ALL
  SELECT
    faults.journey_key,
    faults.kind,
    COALESCE(faults.code, steps.letter) AS target
  FROM event_faults AS faults
  JOIN traced_steps AS steps
    ON steps.journey_key = faults.journey_key AND steps.position = faults.position
  UNION ALL
  SELECT
    broken.journey_key,
    broken.kind,
    pairs.code AS target
  FROM broken_promises AS broken
  JOIN wait_pairs AS pairs
    ON pairs.pair_no = broken.pair_no AND pairs.is_ready
)
SELECT
  journey_key,
  kind,
  target,
  COUNT(*) AS occurrences_n
FROM departures
GROUP BY
  journey_key,
  kind,
  target
