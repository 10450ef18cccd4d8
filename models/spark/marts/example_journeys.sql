-- One row per deviation and place, 1 to 3: the shortest journeys that show it, one of each variant before a second.
WITH shown AS (
  SELECT
    departed.kind,
    departed.target,
    ids.journey_id,
    sizes.events_n,
    CAST(ROW_NUMBER() OVER (
      PARTITION BY departed.kind, departed.target, variants.variant_key
      ORDER BY ids.journey_id NULLS LAST
    ) AS BIGINT) AS nth
  FROM departed
  JOIN journey_ids AS ids
    ON ids.journey_key = departed.journey_key
  JOIN journey_sizes AS sizes
    ON sizes.journey_key = departed.journey_key
  JOIN journey_variants AS variants
    ON variants.journey_key = departed.journey_key
), ranked AS (
  SELECT
    shown.*,
    CAST(ROW_NUMBER() OVER (
      PARTITION BY kind, target
      ORDER BY nth NULLS LAST, events_n NULLS LAST, journey_id NULLS LAST
    ) AS BIGINT) AS place
  FROM shown
  WHERE
    nth <= 3
)
SELECT
  $journey AS journey,
  ranked.kind,
  COALESCE(map_names.name, letters.activity) AS touchpoint,
  blocks.label AS block,
  ranked.place,
  ranked.journey_id,
  ranked.events_n
FROM ranked
LEFT JOIN map_names
  ON map_names.code = ranked.target
LEFT JOIN unmapped_letters AS letters
  ON letters.letter = ranked.target
LEFT JOIN map_blocks AS blocks
  ON blocks.block_no = -1 - ranked.target
WHERE
  ranked.place <= 3
ORDER BY
  ranked.kind NULLS LAST,
  ranked.target NULLS LAST,
  ranked.place NULLS LAST
