"""What the columns (or lanes) of a journey map in a table are called, in English, Norwegian, Swedish and Danish."""

from __future__ import annotations

import re

# Role to the words for it.
_WORDS = {
    "journey": "journey, journey name, journey map, customer journey, kundereise, kundresa, kunderejse",
    "persona": "persona, personas",
    "order": "order, nr, no, number, position, rekkefølge, ordning, rækkefølge, nummer, #",
    "phase": "phase, phases, stage, stages, journey phase, journey stage, phase name, stage name, fase, faser, fas,"
    " skede, stadium, stadie, stadier, etappe",
    "phase_goal": "phase goal, stage goal, goal of phase, goal of stage, mål for fasen, fasens mål",
    "code": "code, key, id, touchpoint id, kode, kod",
    "step": "step, steps, step name, step title, journey step, action, actions, activity, activities, user story,"
    " doing, what happens, task, tasks, process, processes, process and channels, journey steps, steg, trinn,"
    " trin, handling, handlinger, handlingar, aktivitet, aktiviteter, hva skjer, vad händer, hvad sker, gjør,"
    " gör, gør",
    "touchpoint": "touchpoint, touchpoints, touch point, touch points, touchpoint name, touchpoint title, interaction,"
    " interactions, kontaktpunkt, kontaktpunkter, berøringspunkt, berøringspunkter, beröringspunkt,"
    " beröringspunkter",
    "title": "title, name, headline, tittel, titel, navn, namn, overskrift, rubrik",
    "description": "description, step description, touchpoint description, details, summary, story, beskrivelse, "
    "beskrivning, detaljer",
    "flow": "flow, flyt, flöde",
    "optional": "optional, valgfri, valgfritt, valgfrit, valfri, valfritt, frivillig",
    "channels": "channel, channels, kanal, kanaler, medium, media",
    "owner": "owner, owners, department, departments, team, responsible, responsibility, unit, responsible team,"
    " responsible department, internal owner, internal ownership, ansvarlig, ansvarig, ansvar, eier, ejer,"
    " ägare, avdeling, avdelning, afdeling, enhet, enhed",
    "initiator": "initiator, initiated by, actor, actors, sender, who, role, aktør, aktör, avsender, avsändare,"
    " afsender, hvem, vem, rolle, roll, initiert av",
    "emotion": "emotion, emotions, thoughts feelings, thoughts and feelings, emotional journey, emotional curve,"
    " emotion curve, satisfaction score, emotion score, emotional score, feeling, feelings, mood, sentiment,"
    " experience, satisfaction, følelse, følelser, stemning, humør, opplevelse, oplevelse, upplevelse, känsla,"
    " känslor, tilfredshet, nöjdhet, tilfredshed",
    "need": "need, needs, goal, goals, expectation, expectations, jobs to be done, wants, behov, mål, målsetting,"
    " forventning, forventninger, förväntning, förväntningar",
    "pain": "pain point, pain points, pains, pain, frustration, frustrations, problem, problems, barrier, barriers,"
    " issues, smertepunkt, smertepunkter, smärtpunkt, smärtpunkter, utfordring, utfordringer, utmaning,"
    " utmaningar, udfordring, udfordringer",
    "moment": "moment of truth, moments of truth, moment, mot, key moment, critical moment, sannhetens øyeblikk,"
    " sanningens ögonblick, sandhedens øjeblik",
    "promise": "promise, sla, within, response time, løfte, löfte, svartid, frist",
    "observability": "observability",
    "mandate": "mandate",
    "effort": "effort to change",
    "when": "when, event, events, tracking event, data event, hendelse, händelse, hændelse",
    "after": "after",
}
ROLES = {word: role for role, words in _WORDS.items() for word in words.split(", ")}
NAMES = ("step", "touchpoint", "title", "code")  # which of the columns names a touchpoint, the best first

_WHOSE = re.compile(r"(?:(?:the )?(?:customer|user|client|guest|patient)(?:'s|s|’s)?|kunde(?:n|ns|ns)?|kund(?:en|ens)?"
                    r"|bruker(?:en|ens)?|bruger(?:en|ens)?|användare(?:n|ns)?) ")  # fmt: skip


def plain(header: str) -> str:
    """A header without what differs from file to file: case, underscores, what stands in brackets."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", header.casefold())
    return " ".join(re.sub(r"[_\-–/&:*?.,+\"“”]+", " ", text).split())


def role_of(header: str) -> str | None:
    """What a column or lane is for; None: nothing that is known."""
    name = plain(header)
    return ROLES.get(name) or ROLES.get(_WHOSE.sub("", name, count=1)) or None


def is_lane(header: str) -> bool:
    """Whether a text is the name of a lane that journey maps have, so that its row is no touchpoint."""
    return role_of(header) is not None
