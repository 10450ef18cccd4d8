"""Events whose first id tells nobody: whose they are all the same.

An id is shared if it is blocked, seen with far too many others, or seen with two people: a kiosk's cookie, a tablet
in a kitchen, info@. It is a person of its own. Its events need not be: if another id on the row tells who it was, the
event is hers. If not, and the id is a device, the event belongs to whoever logged in at the device within half an
hour before or after, unless two people did. What is left stays with the device.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.engine import Engine
from pipelines.identity.working import count, quoted, text
from schemas.words import IdKind

LENT_FOR_S = 1800
"""The time for which a login tells who is at a shared device: the silence that ends a visit in web analytics."""
_NOBODY_ON_ROW = "SELECT cast(0 as bigint) AS event_key, cast(0 as bigint) AS node WHERE FALSE"
_NO_LOGIN = (
    "SELECT cast(0 as bigint) AS device_key, cast(0 as bigint) AS at_us, cast(0 as bigint) AS node,"
    " cast(0 as bigint) AS person_key WHERE FALSE"
)


def find_owners(engine: Engine, kinds: Mapping[str, IdKind]) -> int:
    """Fill `event_owners`; returns how many events have an owner other than their first id.

    Args:
        engine: With the working tables of judged links, and `person_keys`.
        kinds: Id type to its kind.
    """
    engine.clear("event_owners")
    engine.hold("staging/identity_shared")
    if count(engine, "identity_shared"):
        _by_row(engine, kinds)
        _by_time(
            engine,
            devices=[name for name, kind in kinds.items() if kind == IdKind.DEVICE],
            people=[name for name, kind in kinds.items() if kind == IdKind.PERSON],
        )
    engine.drop("identity_shared", "identity_others", "identity_logins")
    ((lent_n,),) = engine.connection.sql("SELECT count(*) FROM main.event_owners").fetchall()
    return int(lent_n)


def _by_row(engine: Engine, types: Mapping[str, IdKind]) -> None:
    """Another id on the row tells who it was; of several, the one that comes first in the order of names."""
    looks = [text("identity_others_on_row", id_type=quoted(name)) for name in types]
    engine.derive("identity_others", "\nUNION ALL\n".join(looks or [_NOBODY_ON_ROW]))
    engine.append("staging/identity_row_owners", table="event_owners")


def _by_time(engine: Engine, devices: list[str], people: list[str]) -> None:
    """The one person who logged in at the device shortly before or after."""
    logins = [
        text("identity_logins", device_type=quoted(device), person_type=quoted(person))
        for device in devices
        for person in people
    ]
    engine.derive("identity_logins", "\nUNION ALL\n".join(logins or [_NO_LOGIN]))
    engine.append("staging/identity_lent", {"slack_us": LENT_FOR_S * 1_000_000}, table="event_owners")
