"""The sections of a map, one file each, in the order in which they are read."""

from __future__ import annotations

from pipelines.report.document import Section
from pipelines.report.material import Material
from pipelines.report.sections import (
    behind,
    changes,
    drop_off,
    experience,
    frictions,
    metro,
    planned,
    process,
    seen,
    singles,
    start,
    summary,
    travel,
    waits,
)

ORDER = (
    summary,
    metro,
    start,
    travel,
    drop_off,
    waits,
    frictions,
    experience,
    changes,
    planned,
    singles,
    process,
    seen,
    behind,
)


def sections(material: Material) -> tuple[Section, ...]:
    """Every section that has anything to say."""
    made = (module.section(material) for module in ORDER)
    return tuple(section for section in made if section.blocks)
