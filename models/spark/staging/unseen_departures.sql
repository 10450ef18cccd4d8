-- One row per departure that the sources could not have seen: its touchpoint was blind, or its source was down.
-- Of several spans that explain it the first is taken: what was declared comes before what was found out.
SELECT
  found.journey_key,
  found.departure_no,
  MIN(spans.span_no) AS span_no
FROM flow_departures AS found
JOIN blind_spans AS spans
  ON spans.code = found.code OR spans.block_no = found.block_no
WHERE
  found.kind = 'missing'
  AND found.before_us < spans.until_us
  AND found.at_us >= spans.from_us
GROUP BY
  found.journey_key,
  found.departure_no
