-- One row per touchpoint: gaps that could be followed for the horizon, and the 99th percentile of those that ended in it.
with followed as (
    select stands_at as code, next_us - at_us as gap_us
    from touch_gaps
    where at_us <= $as_of_us - $horizon_us and code < $exits_from and not ($stands_at_goal)
)
select
    code,
    count(*) as followed_n,
    @P99(ended_us) as patience_us
from (select code, case when gap_us <= $horizon_us then gap_us end as ended_us from followed) gaps
group by code
order by code
