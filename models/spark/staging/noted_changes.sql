-- One row per rule and pair of persons that this run changed: what became of the one before, and when it was found.
SELECT
  $run AS run_id,
  timestamp_micros($now_us) AS changed_at,
  changes.rule,
  changes.kind,
  changes.from_person_id,
  changes.to_person_id,
  changes.ids_n
FROM $changes AS changes
ORDER BY
  changes.from_person_id NULLS LAST,
  changes.to_person_id NULLS LAST
