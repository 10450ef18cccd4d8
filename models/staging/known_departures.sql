-- One row per departure of a journey from the control flow, at the event at which it became known; without what the
-- sources could not have seen. Several steps skipped at once read as one that came too early: that is no departure either
-- where one of the skipped may have been done unseen since the journey began.
with found as (
    select
        variants.journey_key,
        known.place,
        known.kind,
        known.code,
        known.block_no,
        known.position,
        steps.event_key,
        steps.at_us as known_us,
        shown.code as shown_code,
        shown.at_us,
        coalesce(earlier.at_us, shown.at_us) as before_us
    from variant_known known
    join journey_variants variants on variants.variant_key = known.variant_key
    join traced_steps steps on steps.journey_key = variants.journey_key and steps.position = known.position
    join traced_steps shown on shown.journey_key = variants.journey_key and shown.position = known.shown_position
    left join traced_steps earlier
        on earlier.journey_key = variants.journey_key and earlier.position = known.shown_position - 1
),
unseen as (
    select found.journey_key, found.place
    from found
    join blind_spans spans on spans.code = found.code or spans.block_no = found.block_no
    where found.kind = 'missing' and found.before_us < spans.until_us and found.at_us >= spans.from_us
    union
    select found.journey_key, found.place
    from found
    join designed_before designed on designed.code = found.shown_code
    join blind_spans spans on spans.code = designed.before_code
    join journey_states states
        on states.journey_key = found.journey_key
        and states.entered_us < spans.until_us
        and found.at_us >= spans.from_us
    left join first_reached done
        on done.journey_key = found.journey_key
        and done.code = designed.before_code
        and done.position < found.position
    where found.kind = 'out_of_order' and done.journey_key is null
)
select
    found.journey_key,
    found.kind,
    coalesce(found.code, -1 - found.block_no) as target,
    found.position,
    found.event_key,
    found.known_us
from found
left join unseen on unseen.journey_key = found.journey_key and unseen.place = found.place
where unseen.journey_key is null
