-- One row per departure of a journey from the control flow, at the event at which it became known; without what the
-- sources could not have seen. Several steps skipped at once read as one that came too early: that is no departure either
-- where one of the skipped may have been done unseen since the journey began.
WITH found AS (
  SELECT
    variants.journey_key,
    known.place,
    known.kind,
    known.code,
    known.block_no,
    known.position,
    steps.event_key,
    steps.at_us AS known_us,
    shown.code AS shown_code,
    shown.at_us,
    COALESCE(earlier.at_us, shown.at_us) AS before_us
  FROM variant_known AS known
  JOIN journey_variants AS variants
    ON variants.variant_key = known.variant_key
  JOIN traced_steps AS steps
    ON steps.journey_key = variants.journey_key AND steps.position = known.position
  JOIN traced_steps AS shown
    ON shown.journey_key = variants.journey_key
    AND shown.position = known.shown_position
  LEFT JOIN traced_steps AS earlier
    ON earlier.journey_key = variants.journey_key
    AND earlier.position = known.shown_position - 1
), unseen AS (
  SELECT
    found.journey_key,
    found.place
  FROM found
  JOIN blind_spans AS spans
    ON spans.code = found.code OR spans.block_no = found.block_no
  WHERE
    found.kind = 'missing'
    AND found.before_us < spans.until_us
    AND found.at_us >= spans.from_us
  UNION
  SELECT
    found.journey_key,
    found.place
  FROM found
  JOIN designed_before AS designed
    ON designed.code = found.shown_code
  JOIN blind_spans AS spans
    ON spans.code = designed.before_code
  JOIN journey_states AS states
    ON states.journey_key = found.journey_key
    AND states.entered_us < spans.until_us
    AND found.at_us >= spans.from_us
  LEFT JOIN first_reached AS done
    ON done.journey_key = found.journey_key
    AND done.code = designed.before_code
    AND done.position < found.position
  WHERE
    found.kind = 'out_of_order' AND done.journey_key IS NULL
)
SELECT
  found.journey_key,
  found.kind,
  COALESCE(found.code, -1 - found.block_no) AS target,
  found.position,
  found.event_key,
  found.known_us
FROM found
LEFT JOIN unseen
  ON unseen.journey_key = found.journey_key AND unseen.place = found.place
WHERE
  unseen.journey_key IS NULL
