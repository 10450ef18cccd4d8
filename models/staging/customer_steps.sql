-- One row per event of a journey that its customer began: in which channel, session and page, and what it is about.
-- Who says nothing of the initiator is taken at the map's word, and in a session it is the visitor.
select
    steps.journey_key,
    steps.position,
    steps.at_us,
    steps.event_key,
    steps.code,
    steps.letter,
    map_names.role,
    e.channel,
    e.session_id,
    case when e.session_id is not null then $page end as page,
    case when kinds.is_click then $element end as element,
    kinds.is_contact and e.session_id is null as is_contact,
    kinds.is_search,
    kinds.is_click,
    kinds.is_rage,
    kinds.is_dead,
    coalesce(map_names.role, 'off_map') = 'off_map' and (kinds.is_error or coalesce(e.status = 'failed', false))
        as is_error
from traced_steps steps
join events e on e.event_key = steps.event_key
join event_kinds kinds on kinds.activity = e.activity and kinds.channel = coalesce(e.channel, '')
left join map_names on map_names.code = steps.code
where coalesce(e.initiator, map_names.initiator, case when e.session_id is not null then 'customer' end) = 'customer'
    and coalesce(map_names.role, 'off_map') <> 'exit'
