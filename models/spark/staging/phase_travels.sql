-- One row per journey and phase of the flow that it came to by its goal: when, and how it travelled there. A departure
-- belongs to the phase that it is charged to, if the journey came there; else to where it stood when the departure showed.
WITH begun AS (
  SELECT
    phase,
    MIN(code) AS phase_at
  FROM map_names
  WHERE
    role = 'flow'
  GROUP BY
    phase
), phases AS (
  SELECT
    phase,
    -1 + CAST(ROW_NUMBER() OVER (ORDER BY phase_at NULLS LAST) AS BIGINT) AS place
  FROM begun
), reached AS (
  SELECT
    stages.journey_key,
    phases.phase,
    phases.place,
    MIN(stages.reached_us) AS reached_us
  FROM stages
  JOIN map_names
    ON map_names.code = stages.code
  JOIN phases
    ON phases.phase = map_names.phase
  GROUP BY
    stages.journey_key,
    phases.phase,
    phases.place
), departures AS (
  SELECT
    found.journey_key,
    found.position,
    COALESCE(charged.phase, blocks.phase) AS phase
  FROM flow_departures AS found
  LEFT JOIN unseen_departures AS unseen
    ON unseen.journey_key = found.journey_key
    AND unseen.departure_no = found.departure_no
  LEFT JOIN map_names AS charged
    ON charged.code = found.code
  LEFT JOIN map_blocks AS blocks
    ON blocks.block_no = found.block_no
  WHERE
    unseen.journey_key IS NULL
  UNION ALL
  SELECT
    faults.journey_key,
    faults.position,
    map_names.phase
  FROM event_faults AS faults
  LEFT JOIN map_names
    ON map_names.code = faults.code
  WHERE
    faults.kind IN ('ad_hoc', 'wrong_entry', 'wrong_exit')
), detours AS (
  SELECT DISTINCT
    departures.journey_key,
    COALESCE(reached.phase, here.phase) AS phase
  FROM departures
  JOIN stages
    ON stages.journey_key = departures.journey_key
    AND (
      stages.stage = 0 OR stages.position <= departures.position
    )
    AND (
      stages.next_position IS NULL OR stages.next_position > departures.position
    )
  JOIN map_names AS here
    ON here.code = stages.code
  LEFT JOIN reached
    ON reached.journey_key = departures.journey_key AND reached.phase = departures.phase
), contacts AS (
  SELECT DISTINCT
    asked_for_help.journey_key,
    map_names.phase
  FROM asked_for_help
  JOIN map_names
    ON map_names.code = asked_for_help.code
)
SELECT
  reached.journey_key,
  reached.phase,
  reached.place,
  reached.reached_us,
  CASE
    WHEN NOT contacts.journey_key IS NULL
    THEN 'asked_for_help'
    WHEN NOT detours.journey_key IS NULL
    THEN 'detour'
    ELSE 'as_designed'
  END AS way
FROM reached
JOIN journey_states AS states
  ON states.journey_key = reached.journey_key
LEFT JOIN detours
  ON detours.journey_key = reached.journey_key AND detours.phase = reached.phase
LEFT JOIN contacts
  ON contacts.journey_key = reached.journey_key AND contacts.phase = reached.phase
