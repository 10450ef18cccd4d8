-- One row per part of the time between two events of a converted journey: planned (no kind), or what it is charged to.
-- Of several broken promises the one that fell due first is charged, from then on.
WITH waited AS (
  SELECT
    steps.journey_key,
    steps.position,
    MIN(spans.place) AS place
  FROM time_steps AS steps
  JOIN late_spans AS spans
    ON spans.journey_key = steps.journey_key
    AND spans.ready_position < steps.position
    AND spans.served_position >= steps.position
    AND spans.due_us < steps.at_us
  WHERE
    steps.kind IS NULL
  GROUP BY
    steps.journey_key,
    steps.position
), split AS (
  SELECT
    steps.journey_key,
    steps.before_us,
    steps.at_us,
    steps.kind,
    steps.touchpoint,
    steps.block,
    spans.touchpoint AS promised,
    GREATEST(steps.before_us, COALESCE(spans.due_us, steps.at_us)) AS due_us
  FROM time_steps AS steps
  LEFT JOIN waited
    ON waited.journey_key = steps.journey_key AND waited.position = steps.position
  LEFT JOIN late_spans AS spans
    ON spans.place = waited.place
)
SELECT
  journey_key,
  kind,
  touchpoint,
  block,
  at_us - before_us AS amount
FROM split
WHERE
  NOT kind IS NULL
UNION ALL
SELECT
  journey_key,
  kind,
  touchpoint,
  block,
  due_us - before_us AS amount
FROM split
WHERE
  kind IS NULL
UNION ALL
SELECT
  journey_key,
  'late' AS kind,
  promised AS touchpoint,
  block,
  at_us - due_us AS amount
FROM split
WHERE
  kind IS NULL AND NOT promised IS NULL
