-- One row per wait, in seconds of the pair's calendar: until its end, and until the snapshot.
with moments as (
    select
        waits.*,
        pairs.calendar,
        pairs.promised_s,
        waits.ready_us - waits.ready_us % 86400000000 as ready_day,
        waits.end_us - waits.end_us % 86400000000 as end_day,
        $as_of_us - $as_of_us % 86400000000 as last_day
    from wait_spans waits
    join (select distinct pair_no, calendar, promised_s from wait_pairs) pairs on pairs.pair_no = waits.pair_no
),
opened as (
    select
        moments.*,
        days.before_s
            + greatest(0, least(ready_us, days.close1_us) - days.open1_us) / 1e6
            + greatest(0, least(ready_us, days.close2_us) - days.open2_us) / 1e6 as ready_business_s
    from moments
    left join business_days days on days.day_us = moments.ready_day
),
closed as (
    select
        opened.*,
        days.before_s
            + greatest(0, least(end_us, days.close1_us) - days.open1_us) / 1e6
            + greatest(0, least(end_us, days.close2_us) - days.open2_us) / 1e6 as end_business_s
    from opened
    left join business_days days on days.day_us = opened.end_day
),
aged as (
    select
        closed.*,
        days.before_s
            + greatest(0, least($as_of_us, days.close1_us) - days.open1_us) / 1e6
            + greatest(0, least($as_of_us, days.close2_us) - days.open2_us) / 1e6 as last_business_s
    from closed
    left join business_days days on days.day_us = closed.last_day
)
select
    pair_no,
    journey_key,
    ready_position,
    ready_us,
    served_position,
    end_kind,
    end_us,
    status,
    promised_s,
    case
        when calendar = 'business' then end_business_s - ready_business_s
        else (end_us - ready_us) / 1e6
    end as wait_s,
    case
        when calendar = 'business' then last_business_s - ready_business_s
        else ($as_of_us - ready_us) / 1e6
    end as age_s
from aged
