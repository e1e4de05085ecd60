"""What pages say of several journeys, read for all of them together.

One query for each kind of thing, however many journeys there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.domain.statuses import RequestStatus
from booking.models import Group, JourneyRequest, Refusal, Zone, ZoneDay
from booking.models import Session as GroupSession
from booking.services.leg_fare import Fares
from booking.services.legs import LegView, legs_of_all


class Terms(NamedTuple):
    """What a journey's zone asks for."""

    notice_minutes: int
    """So long before its pick-up a journey is to be cancelled."""
    fares: Fares


class Refused(NamedTuple):
    """Why a journey could not be carried."""

    words: str
    instead: bool
    """Whether anything was offered instead."""


NOT_REFUSED: Final = Refused("", instead=False)
NO_ZONE: Final = Terms(notice_minutes=60, fares=(0, 0))


@dataclass(frozen=True, slots=True)
class JourneyFacts:
    """Of each request (by its id, or that of its zone-day) what has to be looked up."""

    legs: dict[int, tuple[LegView, ...]]
    terms: dict[int, Terms]
    purposes: dict[int, str]
    refusals: dict[int, Refused]

    def terms_of(self, request: JourneyRequest) -> Terms:
        """What its zone asks for."""
        return self.terms.get(request.zone_day_id or 0, NO_ZONE)


def read_facts(
    session: Session, requests: Collection[JourneyRequest], now: datetime
) -> JourneyFacts:
    """The facts of these journeys."""
    return JourneyFacts(
        legs=legs_of_all(session, requests, now),
        terms=_terms(session, requests),
        purposes=purposes_of(session, requests),
        refusals=_refusals(session, requests),
    )


def purposes_of(session: Session, requests: Collection[JourneyRequest]) -> dict[int, str]:
    """What each is for, in a few words; empty for a journey that has no name."""
    meetings = {one.session_id for one in requests if one.session_id is not None}
    named = (
        select(GroupSession.id, Group.name)
        .join(Group, Group.id == GroupSession.group_id)
        .where(GroupSession.id.in_(meetings))
    )
    groups = {row.id: row.name for row in session.execute(named)} if meetings else {}
    return {one.id: _purpose(one, groups) for one in requests}


def _purpose(request: JourneyRequest, groups: dict[int, str]) -> str:
    if request.session_id is not None:
        return groups.get(request.session_id, "")
    return "An appointment" if request.purpose == "appointment" else ""


def _terms(session: Session, requests: Collection[JourneyRequest]) -> dict[int, Terms]:
    """Zone-day id → what its zone asks for."""
    days = {one.zone_day_id for one in requests if one.zone_day_id is not None}
    if not days:
        return {}
    rows = session.execute(
        select(ZoneDay.id, Zone.book_latest_minutes, Zone.fare_adult_pence, Zone.fare_child_pence)
        .join(Zone, Zone.id == ZoneDay.zone_id)
        .where(ZoneDay.id.in_(days))
    )
    return {zone_day: Terms(notice, (adult, child)) for zone_day, notice, adult, child in rows}


def _refusals(session: Session, requests: Collection[JourneyRequest]) -> dict[int, Refused]:
    """Request id → the last reason given, for those that could not be carried."""
    refused = [one.id for one in requests if one.status == RequestStatus.REFUSED.value]
    if not refused:
        return {}
    rows = session.execute(
        select(Refusal.request_id, Refusal.words, Refusal.alternatives)
        .where(Refusal.request_id.in_(refused))
        .order_by(Refusal.id)
    )
    return {row.request_id: Refused(row.words, bool(row.alternatives)) for row in rows}
