-- One row per journey with any segment: name to value.
SELECT
  journey_key,
  map_from_entries(array_sort(collect_list(struct(name, value)))) AS segments
FROM all_segment_values
GROUP BY
  journey_key
