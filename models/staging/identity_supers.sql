-- One row per id that was seen with so many others that it can be nobody's.
select id_key, cast(sum(fan_n) as bigint) as fan_n
from identity_fans
group by id_key
having cast(sum(fan_n) as bigint) > $super_limit
