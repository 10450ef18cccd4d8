-- One row per sign of trouble in a journey, as it was known at that moment.
select
    $journey as journey,
    ids.journey_id,
    marks.signal,
    coalesce(charged.name, blocks.label, letters.activity) as touchpoint,
    @TIME(marks.known_us) as known_at,
    e.event_id,
    marks.stage,
    here.name as at_touchpoint,
    marks.is_entry,
    marks.measure,
    grades.evidence_grade
from signal_marks marks
join journey_ids ids on ids.journey_key = marks.journey_key
join map_names here on here.code = marks.stage_code
join signal_grades grades on grades.signal = marks.signal
left join map_names charged on charged.code = marks.target
left join map_blocks blocks on blocks.block_no = -1 - marks.target
left join unmapped_letters letters on letters.letter = marks.target
left join events e on e.event_key = marks.event_key
order by marks.journey_key, marks.known_us, marks.position, marks.signal, marks.target
