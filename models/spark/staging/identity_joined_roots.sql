-- One row per id: the node that names its person, after persons were joined.
SELECT
  roots.id_key,
  roots.node,
  COALESCE(labels.label, roots.root) AS root,
  roots.person_type,
  roots.owner
FROM identity_roots AS roots
LEFT JOIN identity_labels AS labels
  ON labels.node = roots.root
