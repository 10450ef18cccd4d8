"""The words of closed lists, for people: kinds of deviation and signals, their next steps, and words of the tables."""

from __future__ import annotations

from pipelines.language import mark, tr

KINDS = {
    "missing": mark("Skipped"),
    "ad_hoc": mark("Not on the map"),
    "repeated": mark("Repeated"),
    "out_of_order": mark("Out of order"),
    "failed": mark("Failed"),
    "wrong_channel": mark("Other channel"),
    "wrong_initiator": mark("Other side began it"),
    "late": mark("Later than promised"),
    "overdue": mark("Overdue now"),
    "wrong_entry": mark("Began elsewhere"),
    "wrong_exit": mark("Ended elsewhere"),
    "branch_conflict": mark("Took two branches"),
    "unobservable": mark("Could not be seen"),
    "drop_off": mark("Left here"),
    "review_overdue": mark("Review overdue"),
    "loop": mark("Round in circles"),
    "backtracking": mark("Turned back"),
    "error": mark("Met an error"),
    "rage_click": mark("Many clicks in one place"),
    "dead_click": mark("Clicks in vain"),
    "channel_switch": mark("Changed channel"),
    "ping_pong": mark("To and fro between channels"),
    "repeat_contact_3d": mark("Contact again within 3 days"),
    "repeat_contact_7d": mark("Contact again within 7 days"),
    "repeat_contact_14d": mark("Contact again within 14 days"),
    "failure_demand": mark("Asked for help"),
    "low_nps": mark("Would not recommend"),
    "low_csat": mark("Not satisfied"),
    "low_ces": mark("Found it hard"),
    "negative_sentiment": mark("Sounded unhappy"),
}
_STEPS = {
    "missing": mark("Check first whether the step happened unseen. If not, ask whether the journey needs it."),
    "ad_hoc": mark("Read ten of them: what sent people there, and does it belong on the map?"),
    "repeated": mark("Follow ten journeys that came back, and see what the first time left open."),
    "out_of_order": mark("Ask whether the order matters to the customer. If not, change the map."),
    "failed": mark("Look at the failures by channel and message before anything else."),
    "wrong_channel": mark("See whether people were sent to this channel or chose it."),
    "wrong_initiator": mark("See who should begin here, and why the other side did."),
    "late": mark("Compare the slowest tenth with the rest: where does the time pass?"),
    "overdue": mark("Work through those who wait now, the longest first."),
    "wrong_entry": mark("See where these journeys come from, and whether the map should begin there too."),
    "wrong_exit": mark("Look at where these journeys end, and whether that is good enough for the customer."),
    "branch_conflict": mark("See whether the choice between the branches is clear to the customer."),
    "unobservable": mark("Mend the recording first: this is a gap in the data, not friction."),
    "loop": mark("Follow ten of them step by step: what were they looking for, and where was it?"),
    "backtracking": mark("Look at the pages that they went back to: what had they missed there?"),
    "error": mark("Sort the errors by message and device, and mend the commonest first."),
    "channel_switch": mark("Ask ten of them why they changed: what could the first channel not do?"),
    "ping_pong": mark("See what each channel knew of the other: who could have settled it the first time?"),
    "repeat_contact_3d": mark("Read ten pairs of contacts: what did the first answer leave open?"),
    "repeat_contact_7d": mark("Read ten pairs of contacts: what did the first answer leave open?"),
    "repeat_contact_14d": mark("Read ten pairs of contacts: what did the first answer leave open?"),
    "failure_demand": mark(
        "Read ten of the contacts: which sentence on the page, or in the letter, would have spared them?"
    ),
    "low_nps": mark("Read what they wrote beside the score, and hold it against what they went through before."),
    "low_csat": mark("Read what they wrote beside the score, and hold it against what they went through before."),
    "low_ces": mark("Walk the touchpoint yourself, and count the steps that the customer does for the company."),
    "review_overdue": mark(
        "Look at the map with its owner, change what no longer holds, and write the day as reviewed_on."
    ),
}
_OTHER_STEP = mark("Talk to a few people who stopped here, then try one change with some of them and compare.")

# Words that stand in the published tables, with spaces for their underlines.
_WORDS = frozenset(
    (
        # how journeys and their parts stand
        mark("all"),
        mark("(none)"),
        mark("abandoned"),
        mark("converted"),
        mark("exited"),
        mark("in flight"),
        mark("unknown"),
        mark("none"),
        # states of findings and files
        mark("accepted"),
        mark("dropped"),
        mark("erased"),
        mark("failed"),
        mark("fixed"),
        mark("loaded"),
        mark("lookup"),
        mark("new"),
        mark("no event"),
        mark("persists"),
        mark("read"),
        mark("rejected"),
        mark("replaced"),
        mark("returned"),
        mark("single id"),
        mark("stopped"),
        mark("worse"),
        # who is one person
        mark("default"),
        mark("loose"),
        mark("merge"),
        mark("split"),
        mark("strict"),
        # why a row was refused
        mark("ambiguous local time"),
        mark("broken row"),
        mark("in the future"),
        mark("missing activity"),
        mark("missing event id"),
        mark("missing identity"),
        mark("missing timestamp"),
        mark("no consent"),
        mark("nonexistent local time"),
        mark("out of range"),
        mark("score out of range"),
        mark("unknown initiator"),
        mark("unknown status"),
        mark("unreadable order"),
        mark("unreadable timestamp"),
        # what kept two ids from being taken for one person
        mark("block list"),
        mark("cardinality"),
        mark("super node"),
        mark("trust"),
        mark("two people"),
        # kinds of constraints, and clocks
        mark("at most"),
        mark("business"),
        mark("clock"),
        mark("not after"),
        mark("response"),
        mark("same channel"),
        # measures
        mark("completion"),
        mark("time"),
        # efforts
        mark("large"),
        mark("medium"),
        mark("small"),
        # who begins
        mark("company"),
        mark("customer"),
    )
)


def kind_title(kind: str) -> str:
    """A deviation kind, or another signal's name, for people."""
    return tr(KINDS[kind]) if kind in KINDS else kind.replace("_", " ").capitalize()


def next_step(signal: str) -> str:
    """What to do first about a finding."""
    return tr(_STEPS.get(signal, _OTHER_STEP))


def word(value: object) -> str:
    """A word of a closed list, for people; one that we do not know as it is."""
    text = str(value).replace("_", " ")
    return tr(text) if text in _WORDS else text
