"""Who travels; and all answers together, to change any of them and to look for a bus."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import redirect, request
from flask.typing import ResponseReturnValue

from booking.domain.errors import Invalid
from booking.domain.needs import Party
from booking.services.traveller import PARTY_MAX_ANYWHERE, TravellerView, find_journey_zone
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.answers import facts_of
from booking.web.passenger.asking import back_to, go_on, look, page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import draft, step_url, traveller
from booking.web.passenger.draft import NOTE_LONGEST, Draft

WITH_ME: Final = ("pass", "wheelchair", "walker", "dog", "companion")
"""What the traveller ticks about themselves."""
OTHERS: Final = {
    "adults": "Adults",
    "pass_holders": "People with a bus pass",
    "children": "Children aged 5 to 15",
    "under_fives": "Children under 5",
    "wheelchairs": "People in a wheelchair",
}
"""Who else may come, and what it is called."""


@bp.route("/ask/who", methods=["GET", "POST"])
@passengers_only
def ask_who() -> ResponseReturnValue:
    """Who travels: the person as their record says, what they bring, and who else comes."""
    who, answers = traveller(), draft()
    if answers.start is None or answers.finish is None:
        return redirect(step_url(answers.next_step), 303)
    if request.method == "GET":
        return _who_page(who, answers)
    party, errors = _read_party(_party_max(answers))
    note = request.form.get("note", "").strip()
    if len(note) > NOTE_LONGEST:
        errors["note"] = f"Use {NOTE_LONGEST} letters or fewer. You used {len(note)}."
    if party is None or errors:
        return _who_page(who, answers, errors)
    return go_on(replace(answers, party=party, note=note))


@bp.route("/ask/answers", methods=["GET", "POST"])
@passengers_only
def ask_answers() -> ResponseReturnValue:
    """Everything answered so far; the button looks for a bus."""
    answers = draft()
    if not answers.complete:
        return redirect(step_url(answers.next_step), 303)
    if request.method == "POST":
        return look(answers)
    return page("answers.html", **facts_of(answers))


def _party_max(answers: Draft) -> int:
    assert answers.start is not None
    assert answers.finish is not None
    zone = find_journey_zone(here.ctx(), answers.start, answers.finish, now=here.now())
    return zone.rules.party_max if zone else PARTY_MAX_ANYWHERE


def _read_party(party_max: int) -> tuple[Party | None, dict[str, str]]:
    """The party as ticked and typed, or the errors by field."""
    ticked = set(request.form.getlist("with"))
    others, errors = _read_others()
    if errors:
        return None, errors
    chair = "wheelchair" in ticked
    holds_pass = "pass" in ticked
    party = Party(
        adults=others["adults"] + int(not chair and not holds_pass),
        pass_holders=others["pass_holders"] + int(not chair and holds_pass),
        wheelchairs=others["wheelchairs"] + int(chair),
        children=others["children"],
        under_fives=others["under_fives"],
        companions=int("companion" in ticked),
        walkers=int("walker" in ticked),
        dogs=int("dog" in ticked),
    )
    try:
        party.check(party_max)
    except Invalid as error:
        return None, {"adults": error.words}
    return party, {}


def _read_others() -> tuple[dict[str, int], dict[str, str]]:
    counts, errors = dict.fromkeys(OTHERS, 0), {}
    for name in OTHERS:
        typed = request.form.get(name, "").strip()
        if not typed:
            continue
        if typed.isascii() and typed.isdigit() and len(typed) <= 2:
            counts[name] = int(typed)
        else:
            errors[name] = "Type a number, such as 1, or leave it empty."
    return counts, errors


def _who_page(
    who: TravellerView, answers: Draft, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    party = answers.party or who.party
    return page(
        "who.html",
        errors,
        back_href=back_to("who"),
        who=who,
        ticked=_ticked(party, who) if request.method == "GET" else request.form.getlist("with"),
        others=_others(party),
        kinds=OTHERS,
        note=answers.note,
        party_max=_party_max(answers),
    )


def _ticked(party: Party, who: TravellerView) -> list[str]:
    own = {
        "pass": party.pass_holders > 0 or (party.wheelchairs > 0 and who.pass_holder),
        "wheelchair": party.wheelchairs > 0,
        "walker": party.walkers > 0,
        "dog": party.dogs > 0,
        "companion": party.companions > 0,
    }
    return [name for name in WITH_ME if own[name]]


def _others(party: Party) -> dict[str, int]:
    """Everybody in the party but the traveller, for the boxes."""
    counts = {name: int(getattr(party, name)) for name in OTHERS}
    mine = next(
        (name for name in ("wheelchairs", "pass_holders", "adults") if counts[name]), "adults"
    )
    counts[mine] -= 1
    return {name: max(0, count) for name, count in counts.items()}
