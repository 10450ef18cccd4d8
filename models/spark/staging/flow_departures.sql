-- One row per departure of a journey from the control flow: at which event it shows, and the event before.
SELECT
  variants.journey_key,
  departures.departure_no,
  departures.kind,
  departures.code,
  departures.block_no,
  departures.position,
  steps.at_us,
  steps.event_key,
  COALESCE(earlier.at_us, steps.at_us) AS before_us
FROM variant_departures AS departures
JOIN journey_variants AS variants
  ON variants.variant_key = departures.variant_key
JOIN traced_steps AS steps
  ON steps.journey_key = variants.journey_key AND steps.position = departures.position
LEFT JOIN traced_steps AS earlier
  ON earlier.journey_key = variants.journey_key
  AND earlier.position = departures.position - 1
