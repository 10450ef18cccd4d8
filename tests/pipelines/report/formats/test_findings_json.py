from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from pipelines.language import speaking
from pipelines.privacy.withheld import small
from pipelines.report.changes.kept import from_json
from pipelines.report.changes.numbers import headline_numbers
from pipelines.report.formats.findings_json import findings, findings_text, schema_text
from pipelines.report.made import Made


def validate(told: str) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(told))


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_findings_keep_to_their_schema_in_every_language(made: Made, language: str) -> None:
    with speaking(language):
        validate(findings_text(made))


def test_a_field_that_the_schema_does_not_know_is_refused(made: Made) -> None:
    told = findings(made)
    told["findings"][0]["person"] = "Kari"

    with pytest.raises(jsonschema.ValidationError, match="person"):
        validate(json.dumps(told))


def test_every_finding_is_told_with_the_numbers_of_its_row(made: Made) -> None:
    (view,) = made.views
    rows = view.data.findings

    told = findings(made)["findings"]

    assert rows
    assert [each["finding_id"] for each in told] == [row.finding_id for row in rows]
    assert [each["journeys_n"] for each in told] == [row.journeys_n for row in rows]
    assert [each["rate"]["value"] for each in told] == [row.rate for row in rows]
    assert {each["map"] for each in told} == {view.map.journey}
    assert all(each["next_step"] and each["headline"] for each in told)


def test_its_tables_are_among_those_that_the_report_writes(made: Made) -> None:
    written = {f"tables/{table.file}" for table in made.document.tables}

    for finding in findings(made)["findings"]:
        assert finding["tables"]
        assert set(finding["tables"]) <= written


def test_a_later_run_reads_the_headline_numbers_back(made: Made) -> None:
    (view,), (told,) = made.views, json.loads(findings_text(made))["maps"]

    assert from_json(told["numbers"]) == headline_numbers(view)


def test_a_number_that_is_withheld_is_not_told(made: Made) -> None:
    (view,) = made.views
    first = replace(view.data.findings[0], journeys_n=small(5))
    few = replace(view, data=replace(view.data, findings=(first, *view.data.findings[1:])))

    told = findings(replace(made, views=(few,)))["findings"][0]

    assert told["journeys_n"] is None


def test_the_same_snapshot_gives_the_same_text(made: Made) -> None:
    assert findings_text(made) == findings_text(made)
