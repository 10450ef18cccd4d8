-- One row per departure that the sources could not have seen: its touchpoint was blind, or its source was down.
-- Of several spans that explain it the first is taken: what was declared comes before what was found out.
select found.journey_key, found.departure_no, min(spans.span_no) as span_no
from flow_departures found
join blind_spans spans on spans.code = found.code or spans.block_no = found.block_no
where found.kind = 'missing' and found.before_us < spans.until_us and found.at_us >= spans.from_us
group by found.journey_key, found.departure_no
