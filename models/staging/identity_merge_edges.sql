-- One row per pair of numbers that a record of a merge says are one person's.
select distinct least(left_key, right_key) as low, greatest(left_key, right_key) as high
from identity_typed
where is_merge = 1 and left_key <> right_key
