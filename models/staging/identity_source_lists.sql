-- One row per source: a list of it alone.
select source_n, @SET_OF(source) as sources
from identity_sources
group by source_n
