-- One row per id that was seen with more people than some rule allows: under which rules it still tells who somebody is.
select id_key, min(is_strict) as is_strict, min(is_default) as is_default, min(is_loose) as is_loose
from identity_fans
where is_owned = 1
group by id_key
having min(is_strict) + min(is_default) + min(is_loose) < 3
