-- One row per direction and pair of roots that the links new under this rule bring together.
with new_links as (
    select lefts.root as left_root, rights.root as right_root
    from identity_strengths links
    join identity_roots lefts on lefts.id_key = links.left_key
    join identity_roots rights on rights.id_key = links.right_key
    where links.strength = $rule and lefts.root <> rights.root
)
select left_root as src, right_root as dst from new_links
union
select right_root as src, left_root as dst from new_links
