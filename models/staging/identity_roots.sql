-- One row per id with a link that some rule takes. Under no rule yet, each id is its own root.
select left_key as id_key, left_key as root from identity_strengths where strength <> 'none'
union
select right_key as id_key, right_key as root from identity_strengths where strength <> 'none'
