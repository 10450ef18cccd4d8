-- One row per journey and touchpoint that it skipped against the design, as far as anybody could see.
WITH unseen AS (
  SELECT DISTINCT
    found.journey_key,
    COALESCE(found.code, members.code) AS code
  FROM unseen_departures AS hidden
  JOIN flow_departures AS found
    ON found.journey_key = hidden.journey_key
    AND found.departure_no = hidden.departure_no
  LEFT JOIN block_members AS members
    ON members.block_no = found.block_no
)
SELECT
  unseen.journey_key,
  unseen.code
FROM unseen
JOIN journey_variants AS variants
  ON variants.journey_key = unseen.journey_key
JOIN variant_places AS places
  ON places.variant_key = variants.variant_key AND places.code = unseen.code
WHERE
  places.is_skipped
