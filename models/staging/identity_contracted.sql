-- One row per pair of labels that an edge still joins, after each node has become its label.
select distinct least(lows.label, highs.label) as low, greatest(lows.label, highs.label) as high
from identity_edges edges
join identity_jumps lows on lows.node = edges.low
join identity_jumps highs on highs.node = edges.high
where lows.label <> highs.label
