"""Deaths told with another word than the event's own: 'they abducted 15 people ... and beheaded two farmers'.

Where an abduction, a robbery or a protest has no deaths of its own, those of the killings that its report
tells after it are its deaths, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from processors.events import where
from processors.events.draft import Draft
from processors.events.reading import Reading
from processors.messages import Place
from processors.taxonomy import FAMILIES

KILLINGS = FAMILIES["killings"] | {"attack", "mob-violence"}
BORROWERS = FAMILIES["unrest"] - {"mob-violence"} | {"abduction", "robbery", "raid", "arson", "looting"}
REACH = 5  # sentences


def lend(reading: Reading, drafts: Sequence[Draft], places: Sequence[Place]) -> None:
    """Give the deaths of killings to the current event in whose report they are told."""
    if reading.local is None:
        return
    current = [draft for draft in drafts if draft.judgement.status == "current"]
    lenders = [draft for draft in current if draft.trigger.type in KILLINGS and _killed(draft)]
    for event_type in BORROWERS:
        told = [draft for draft in current if draft.trigger.type == event_type]
        if told and not any(map(_killed, told)):
            for lender in lenders:
                if _fits(told[0], lender, places):
                    told[0].casualties += [toll for toll in lender.casualties if toll.kind == "killed"]


def _killed(draft: Draft) -> bool:
    return any(toll.kind == "killed" for toll in draft.casualties)


def _fits(event: Draft, lender: Draft, places: Sequence[Place]) -> bool:
    """Whether a killing is told soon after the event, and nowhere else."""
    if not 0 <= lender.trigger.sentence.index - event.trigger.sentence.index <= REACH:
        return False
    if not (event.own_place and lender.own_place and event.places and lender.places):
        return True
    return where.fits(places[event.places[0]], places[lender.places[0]])
