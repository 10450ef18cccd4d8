-- One row per departure that the sources could not have seen: its touchpoint was blind, or its source was down.
select distinct found.journey_key, found.departure_no
from flow_departures found
join blind_spans spans on spans.code = found.code or spans.block_no = found.block_no
where found.kind = 'missing' and found.before_us < spans.until_us and found.at_us >= spans.from_us
