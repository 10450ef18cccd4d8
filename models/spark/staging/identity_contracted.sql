-- One row per pair of labels that an edge still joins, after each node has become its label.
SELECT DISTINCT
  LEAST(lows.label, highs.label) AS low,
  GREATEST(lows.label, highs.label) AS high
FROM identity_edges AS edges
JOIN identity_jumps AS lows
  ON lows.node = edges.low
JOIN identity_jumps AS highs
  ON highs.node = edges.high
WHERE
  lows.label <> highs.label
