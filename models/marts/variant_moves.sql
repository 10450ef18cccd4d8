-- One row per variant and move of its alignment.
select
    $journey as journey,
    names.variant_id,
    moves.move_no,
    moves.move,
    coalesce(map_names.name, letters.activity) as touchpoint,
    moves.position
from aligned_moves moves
join variant_names names on names.variant_key = moves.variant_key
left join map_names on map_names.code = moves.code
left join unmapped_letters letters on letters.letter = moves.code
order by moves.variant_key, moves.move_no
