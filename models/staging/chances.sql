-- One row per journey, way of departing and target: a journey that came to where it could depart like that.
select journey_key, 'touch' as way, code as target
from first_reached
union all
select distinct first_reached.journey_key, 'touch' as way, -1 - members.block_no as target
from first_reached
join block_members members on members.code = first_reached.code
union all
select distinct waits.journey_key, 'promise' as way, pairs.code as target
from timed_waits waits
join wait_pairs pairs on pairs.pair_no = waits.pair_no and pairs.is_ready
where waits.promised_s is not null and (waits.end_kind = 1 or waits.age_s > waits.promised_s)
