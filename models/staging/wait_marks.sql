-- One row per pair of touchpoints and event of either: whether the customer is ready there, or served.
select
    pairs.pair_no,
    steps.journey_key,
    steps.position,
    steps.at_us,
    pairs.is_ready,
    lag(pairs.is_ready) over (partition by pairs.pair_no, steps.journey_key order by steps.position) as was_ready,
    min(case when not pairs.is_ready then steps.position end) over (
        partition by pairs.pair_no, steps.journey_key
        order by steps.position
        rows between 1 following and unbounded following
    ) as served_position
from traced_steps steps
join wait_pairs pairs on pairs.code = steps.code
