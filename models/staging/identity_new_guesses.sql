-- One row per guessed pair of ids that no row shows, and of which neither end is one that the rule never joins. The
-- likelier a pair, the earlier it is tried; any trust above 2 is told as guessed.
select
    guesses.left_key,
    guesses.right_key,
    0 as evidence_n,
    $guesser as first_source,
    $guesser as last_source,
    guesses.trust,
    2 as turn,
    'loose' as strength,
    'trust' as guard
from identity_guesses guesses
left join identity_strengths links on links.left_key = guesses.left_key and links.right_key = guesses.right_key
left join (
    select id_key from identity_nodes where is_blocked = 1
    union
    select id_key from identity_supers
    union
    select id_key from identity_crowds where is_loose = 0
) lefts on lefts.id_key = guesses.left_key
left join (
    select id_key from identity_nodes where is_blocked = 1
    union
    select id_key from identity_supers
    union
    select id_key from identity_crowds where is_loose = 0
) rights on rights.id_key = guesses.right_key
where links.left_key is null and lefts.id_key is null and rights.id_key is null
