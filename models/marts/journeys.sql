-- One row per journey and rule.
select
    $rule as rule,
    $journey as journey,
    $version as map_version,
    ids.journey_id,
    states.entity_id as person_id,
    @TIME(states.entered_us) as entered_at,
    @TIME(states.last_us) as last_at,
    @TIME(states.ended_us) as ended_at,
    states.status,
    exits.name as exit_kind,
    stands.phase,
    stands.name as touchpoint,
    variant_ids.variant_id,
    coalesce(segments.segments, @EMPTY_MAP()) as segments,
    states.reactivations_n,
    sizes.events_n,
    coalesce(states.ended_us, $as_of_us) >= $valid_until_us as straddles_versions,
    'this' as assignment
from journey_states states
join journey_sizes sizes on sizes.journey_key = states.journey_key
join $ids ids on ids.journey_key = states.journey_key
left join map_names stands on stands.code = states.stands_at
left join map_names exits on exits.code = states.exit_code
left join journey_segments segments on segments.journey_key = states.journey_key
left join variant_ids on variant_ids.journey_key = states.journey_key and $is_default
order by states.journey_key
