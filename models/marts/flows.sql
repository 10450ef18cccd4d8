-- One row per pair of touchpoints of the flow that followed each other directly; null is the start or the end.
with counted as (
    select
        from_code,
        to_code,
        end_status,
        count(*) as n,
        count(distinct journey_key) as journeys_n,
        @MEDIAN(between_us) as p50_us
    from transitions
    group by from_code, to_code, end_status
)
select
    $journey as journey,
    origins.name as from_touchpoint,
    targets.name as to_touchpoint,
    counted.end_status,
    counted.n,
    counted.journeys_n,
    counted.p50_us / 1e6 as p50_s
from counted
left join map_names origins on origins.code = counted.from_code
left join map_names targets on targets.code = counted.to_code
order by counted.from_code, counted.to_code, counted.end_status
