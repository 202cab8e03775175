"""What a station answered when its OCPP configuration was read or changed, and until when it is waited for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dash import html
from flask_babel import gettext as _

from components import texts
from components.control.log import LOOKS, messages_link, outcome
from components.format import clock, timestamp
from components.menus import icon
from data import parameters
from data.command_rows import ANSWER_WITHIN, UNDER_WAY, State

Command = Mapping[str, Any]

REBOOT_REQUIRED = "RebootRequired"
MOST_UNKNOWN = 10


def unknown_keys(reading: Command | None) -> list[str]:
    """Return the keys that the station said it does not know when it was read last."""
    return list(((reading and reading["result"]) or {}).get("unknown") or ())


def of_changes(
    changes: Iterable[Command], reading: Command | None, about: Mapping[str, Any], zone: str
) -> dict[str, dict[str, str]]:
    """Return what became of the newest change of each parameter, and which ones the station does not know, by key.

    Args:
        reading: the newest one, as `command_log.newest_by_key` gives it; None: it was never asked for.
        about: the station, as `station_settings.about` gives it.
    """
    by_key = {str(one["parameters"]["key"]): one for one in changes}
    said = {key: _of_change(one, about, zone) for key, one in by_key.items()}
    for key in unknown_keys(reading):
        if key not in by_key or by_key[key]["command_id"] < reading["command_id"]:  # type: ignore[index]
            said[key] = _unknown(reading["ended_at"], zone)  # type: ignore[index]
    return said


def _unknown(at: datetime | None, zone: str) -> dict[str, str]:
    text = _("The station does not know it")
    return {"glyph": LOOKS[State.NOT_SUPPORTED].glyph, "text": text, "time": clock(at, zone) if at else "", "later": ""}


def _of_change(command: Command, about: Mapping[str, Any], zone: str) -> dict[str, str]:
    state, ended_at = State(command["state"]), command["ended_at"]
    booted_at, read_at = about["booted_at"], about["parameters_read_at"]
    glyph, later = LOOKS[state].glyph, ""
    if state is State.QUEUED:
        later = _("Waits for the station until %(time)s", time=timestamp(command["expires_at"], zone))
    elif state is State.SENT:
        later = _("Waits for the answer until %(time)s", time=clock(command["sent_at"] + ANSWER_WITHIN, zone))
    elif state is State.TIMED_OUT and not (read_at and read_at > ended_at):
        later = _("Whether the station took it is not known. Press Upload.")
    elif command["answer"] == REBOOT_REQUIRED and not (booted_at and ended_at and booted_at > ended_at):
        value = command["parameters"]["value"] or _("empty")
        glyph, later = "bi-arrow-clockwise is-warn", _("After a reboot: %(value)s", value=value)
    return {
        "glyph": glyph,
        "text": texts.kept(command["answer"], command) or str(LOOKS[state].word),
        "time": clock(ended_at, zone) if ended_at else "",
        "later": later,
    }


def of_reading(reading: Command | None, about: Mapping[str, Any], rows: Iterable[str], zone: str) -> list[Any]:
    """Return how far the newest reading of the parameters is, and what to do next; nothing when all is well.

    Args:
        rows: the keys that the table shows.
    """
    read_at = about["parameters_read_at"]
    if reading is None:
        return [] if read_at else [_("Press Upload to read them from the station.")]
    state = State(reading["state"])
    if state in UNDER_WAY:
        return [icon(f"{LOOKS[state].glyph} me-1"), _waiting(reading, state, about["connected"], zone)]
    if state is State.DONE:
        return _done(reading, set(rows))
    if read_at and read_at >= reading["ended_at"]:  # at its next connection
        return []
    again = "" if state is State.NOT_SUPPORTED else _("Press Upload to ask again.")
    return [
        icon(f"{LOOKS[state].glyph} me-1"),
        _("Asked for at %(time)s.", time=timestamp(reading["requested_at"], zone)),
        " ",
        html.B(outcome(reading).rstrip(".") + "."),
        f" {again}",
        messages_link(reading),
    ]


def _waiting(reading: Command, state: State, is_there: bool, zone: str) -> str:
    asked, until = timestamp(reading["requested_at"], zone), timestamp(reading["expires_at"], zone)
    if state is not State.QUEUED:
        until = clock(reading["sent_at"] + ANSWER_WITHIN, zone)
        return _("Asked for at %(time)s. The station's answer is waited for until %(until)s.", time=asked, until=until)
    if is_there:
        return _("Asked for at %(time)s. It waits for its turn until %(until)s.", time=asked, until=until)
    return _(
        "Asked for at %(time)s. The station is away: it is asked if it connects until %(until)s.",
        time=asked,
        until=until,
    )


def _done(reading: Command, rows: set[str]) -> list[Any]:
    if reading["answer"] == parameters.said_of(0) and not unknown_keys(reading):
        return [icon("bi-exclamation-triangle is-warn me-1"), _("The station answered without any parameter.")]
    others = [key for key in unknown_keys(reading) if key not in rows]
    if not others:
        return []
    named = ", ".join(others[:MOST_UNKNOWN]) + (", …" if len(others) > MOST_UNKNOWN else "")
    return [icon(f"{LOOKS[State.NOT_SUPPORTED].glyph} me-1"), _("The station does not know: %(keys)s.", keys=named)]
