-- One row per variant and move of its alignment.
SELECT
  $journey AS journey,
  names.variant_id,
  moves.move_no,
  moves.move,
  COALESCE(map_names.name, letters.activity) AS touchpoint,
  moves.position
FROM aligned_moves AS moves
JOIN variant_names AS names
  ON names.variant_key = moves.variant_key
LEFT JOIN map_names
  ON map_names.code = moves.code
LEFT JOIN unmapped_letters AS letters
  ON letters.letter = moves.code
ORDER BY
  moves.variant_key NULLS LAST,
  moves.move_no NULLS LAST
