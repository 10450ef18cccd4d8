-- One row per id: the node that names its person, at first itself, and whose number it is (null: a number of nobody).
-- Two numbers of one type of kind person are one person where a record of a merge gives them one owner.
SELECT
  nodes.id_key,
  nodes.node,
  nodes.node AS root,
  CASE WHEN nodes.is_person = 1 THEN nodes.type_n END AS person_type,
  CASE WHEN nodes.is_person = 1 THEN COALESCE(owners.owner_key, nodes.id_key) END AS owner
FROM identity_nodes AS nodes
LEFT JOIN identity_owners AS owners
  ON owners.id_key = nodes.id_key
