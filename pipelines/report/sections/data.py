"""The last chapter: the data, the people in it, and the methods in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.language import mark, tr
from pipelines.report import quality
from pipelines.report.data_page import data_tables, privacy_lines
from pipelines.report.document import Chapter, Facts, Note, Points, Section, Table
from pipelines.report.material import Material
from pipelines.report.numbers import moment
from pipelines.report.rows import Snapshot
from pipelines.report.tables import DataTable

METHODS = (
    mark(
        "A journey is one person’s events towards one goal of the map, from its first touchpoint to the goal, an exit, "
        "confirmed silence, or the time of the snapshot."
    ),
    mark(
        "Silence counts as leaving only when it has lasted longer than the patience of the touchpoint: the time within "
        "which 99% of those who go on at all have gone on, learned from the data or set in the map. Until then a "
        "journey is in flight, and is never counted as lost. Who comes back later is counted as back."
    ),
    mark(
        "“Leave here” is the share of those who reached a touchpoint, and can be followed for its patience, that fell "
        "silent there or said no there. Half and double the patience are shown beside it: so much of it rests on that "
        "choice."
    ),
    mark(
        "Shares by a horizon are estimated with journeys still in flight counted as such (Aalen-Johansen, four ends "
        "that add up to one)."
    ),
    mark(
        "Deviations come from an optimal alignment of each journey with the map: the cheapest way to explain what "
        "happened. A rate is the journeys with a deviation, of the journeys that reached the place where it could "
        "happen, never of all."
    ),
    mark(
        "Intervals are 95% (Wilson), widened where one person has several journeys. Where there is too little to tell, "
        "the report says so and shows no number."
    ),
    mark(
        "“Associated with” is meant literally: two things were seen together. No effect is claimed; that takes a "
        "comparison made on purpose."
    ),
    mark(
        "What a signal costs is the difference in how many are lost at the same place, between journeys that showed it "
        "and journeys that did not, within the map’s segments and calendar time. It is assumed that these hold still "
        "what else drives people away. Where something unseen does so too, the number is off; how strong it would have "
        "to be stands beside the costliest."
    ),
    mark(
        "Customers a month are that difference, times the journeys that showed the signal, times the share of the "
        "others who reach the goal from there. They are shrunk, because the top of every list is there partly by luck. "
        "One customer meets several signals, so the losses of rows never add up. Money is customers times the margin "
        "that the map gives; what a fix or a contact costs is not in it."
    ),
    mark(
        "All signals with a number were judged together, with false discoveries held to 5%. The table names every "
        "signal that was tried, and why of some no number is told."
    ),
    mark(
        "Waits count those who still wait as waiting. A promise is judged in its own calendar, clock or business "
        "hours; who left before it fell due does not count as a promise kept."
    ),
    mark(
        "The bands between phases, the steps of the funnel and the ledger are counts at the snapshot, young journeys "
        "included: they add up, and do not say how many will convert. The curves over time and the weeks of entry do; "
        "a week that is not over yet is told as what it comes to if its open journeys go on as older ones did."
    ),
    mark(
        "Scores are those of the people who answered. Nothing is corrected for those who did not; who was asked and "
        "never answered, and who left before the survey, is told beside them."
    ),
    mark(
        "Which ids are one person is found by three rules. Everything is told by the default one; the tables on people "
        "tell the headline numbers by the strict and the loose one, too. A cost that halves under another rule is not "
        "told."
    ),
    mark(
        "The lines on the map count journeys that went from one station to the other with none between. What fewer "
        "than one journey in two hundred did is left off the drawing and stands in the table; so does what is beyond "
        "the eight most travelled skips and the six most travelled ways back of a strip."
    ),
)


def data_chapter(snapshot: Snapshot, materials: Sequence[Material]) -> Chapter:
    """The chapter."""
    views = tuple(m.view for m in materials)
    tables = data_tables(snapshot, views)
    return Chapter(
        "data",
        tr("Data, people and methods"),
        (
            _rows(snapshot, materials, tables[:3]),
            Section("people", tr("Who is who"), tuple(Table(t, i < 3) for i, t in enumerate(tables[3:]))),
            Section("privacy", tr("What is kept out"), (Points(privacy_lines(snapshot.evidence)),)),
            Section(
                "methods",
                tr("Methods in plain words"),
                (Points(tuple(tr(method) for method in METHODS)), Facts(_facts(snapshot, materials))),
            ),
        ),
    )


def _rows(snapshot: Snapshot, materials: Sequence[Material], tables: Sequence[DataTable]) -> Section:
    delivered, files, notes = tables
    unknown = ", ".join(
        tr("{title} ({n} activities)", title=m.view.map.title, n=len(m.tables["unmapped"].records)) for m in materials
    )
    return Section(
        "rows",
        tr("Data"),
        (
            Note(f"{quality.rows_line(snapshot)}."),
            Table(delivered, is_open=True),
            Table(quality.source_table(snapshot), is_open=True),
            Table(quality.reason_table(snapshot), is_open=True),
            Table(files),
            Table(notes),
            *((Note(tr("What the maps do not know: {told}.", told=unknown)),) if unknown else ()),
        ),
    )


def _facts(snapshot: Snapshot, materials: Sequence[Material]) -> tuple[tuple[str, str], ...]:
    run, zone = snapshot.run, snapshot.zone
    facts = [
        (tr("Run"), run.run_id),
        (tr("Started"), moment(run.started_at, zone)),
        (tr("As of"), moment(run.as_of, zone)),
    ]
    plans = (m.view.map for m in materials)
    facts += [
        (p.title, tr("version {version}, content {hash}", version=p.version, hash=p.content_hash[:12])) for p in plans
    ]
    return (*facts, *sorted(run.versions.items()))
