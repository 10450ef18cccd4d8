"""Events whose first id tells nobody: whose they are all the same.

An id is shared if it is blocked, seen with far too many others, or seen with two people: a kiosk's cookie, a tablet
in a kitchen, info@. It is a person of its own. Its events need not be: if another id on the row tells who it was, the
event is hers. If not, and the id is a device, the event belongs to whoever logged in at the device within half an
hour before or after, unless two people did. What is left stays with the device.
"""

from __future__ import annotations

import duckdb

from pipelines.identity.working import forget, make, model, number
from schemas.words import IdKind

LENT_FOR_S = 1800
"""The time for which a login tells who is at a shared device: the silence that ends a visit in web analytics."""


def find_owners(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `event_owners`; returns how many events have an owner other than their first id."""
    connection.execute("DELETE FROM event_owners")
    if not make(connection, "identity_shared", model("identity_shared")):
        return 0
    types = [(str(name), IdKind(kind)) for name, kind in connection.sql(
        "SELECT id_type, kind FROM identity_types ORDER BY place, id_type"
    ).fetchall()]  # fmt: skip
    _by_row(connection, [name for name, _ in types])
    _by_time(
        connection,
        devices=[name for name, kind in types if kind == IdKind.DEVICE],
        people=[name for name, kind in types if kind == IdKind.PERSON],
    )
    forget(connection, "identity_shared", "identity_others", "identity_logins")
    return number(connection, "SELECT count(*) FROM event_owners")


def _by_row(connection: duckdb.DuckDBPyConnection, types: list[str]) -> None:
    """Another id on the row tells who it was; of several, the one that comes first in the order of names."""
    make(connection, "identity_others", "SELECT 0::BIGINT AS event_key, 0::BIGINT AS node WHERE FALSE")
    for name in types:
        connection.execute(f"INSERT INTO identity_others {model('identity_others_on_row', id_type=_quoted(name))}")
    connection.execute(
        "INSERT INTO event_owners SELECT event_key, id_key"
        " FROM (SELECT event_key, min(node) AS node FROM identity_others GROUP BY event_key)"
        " JOIN identity_nodes USING (node) ORDER BY event_key"
    )


def _by_time(connection: duckdb.DuckDBPyConnection, devices: list[str], people: list[str]) -> None:
    """The one person who logged in at the device shortly before or after."""
    made = "SELECT 0::BIGINT AS device_key, 0::BIGINT AS at_us, 0::BIGINT AS node, 0::BIGINT AS person_key WHERE FALSE"
    make(connection, "identity_logins", made)
    for device in devices:
        for person in people:
            logins = model("identity_logins", device_type=_quoted(device), person_type=_quoted(person))
            connection.execute(f"INSERT INTO identity_logins {logins}")
    lent = model("identity_lent", slack_us=str(LENT_FOR_S * 1_000_000))
    connection.execute(
        f"INSERT INTO event_owners SELECT event_key, id_key FROM ({lent}) JOIN identity_nodes USING (node)"
        " ORDER BY event_key"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
