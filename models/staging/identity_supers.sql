-- One row per id that was seen with so many others that it can be nobody's.
select ends.id_key, count(*) as fan_n
from $ends ends
join (
    select distinct id_key from identity_fans where fan_n * $types_n > $super_limit
) suspects on suspects.id_key = ends.id_key
group by ends.id_key
having count(*) > $super_limit
