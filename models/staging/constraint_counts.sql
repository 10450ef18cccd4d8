-- One row per constraint of the map: journeys by verdict, and those that have ended with a final one.
select
    constraints.constraint_no,
    constraints.constraint_id,
    constraints.kind,
    constraints.said,
    constraints.activated_by,
    constraints.touchpoint,
    constraints.phase,
    constraints.owner,
    count(judged.journey_key) as journeys_n,
    cast(coalesce(sum(case when judged.verdict = 'satisfied_final' then 1 else 0 end), 0) as bigint) as satisfied_final_n,
    cast(coalesce(sum(case when judged.verdict = 'satisfied_now' then 1 else 0 end), 0) as bigint) as satisfied_now_n,
    cast(coalesce(sum(case when judged.verdict = 'violated_now' then 1 else 0 end), 0) as bigint) as violated_now_n,
    cast(coalesce(sum(case when judged.verdict = 'violated_final' then 1 else 0 end), 0) as bigint) as violated_final_n,
    cast(coalesce(sum(case when judged.verdict = 'unjudged' then 1 else 0 end), 0) as bigint) as unjudged_n,
    cast(
        coalesce(
            sum(
                case
                    when judged.status <> 'in_flight' and judged.verdict in ('satisfied_final', 'violated_final') then 1
                    else 0
                end
            ),
            0
        ) as bigint
    ) as ended_n,
    cast(
        coalesce(
            sum(case when judged.status <> 'in_flight' and judged.verdict = 'violated_final' then 1 else 0 end), 0
        ) as bigint
    ) as ended_violated_n
from map_constraints constraints
left join judged_constraints judged on judged.constraint_no = constraints.constraint_no
group by
    constraints.constraint_no,
    constraints.constraint_id,
    constraints.kind,
    constraints.said,
    constraints.activated_by,
    constraints.touchpoint,
    constraints.phase,
    constraints.owner
order by constraints.constraint_no
