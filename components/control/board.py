"""The Control board: a row for each command that a station can be told."""

from collections.abc import Mapping
from typing import NamedTuple

from dash import html
from flask_babel import LazyString, lazy_gettext

from components.menus import icon
from components.pressed import telling
from data.command_kinds import KINDS, Danger

NO_OUTLET = -1
"""In a button's id: the command is for the whole station."""


class Entry(NamedTuple):
    """A row of the board. kind: of `data/command_kinds.py`; verb: what its button says."""

    kind: str
    glyph: str
    title: LazyString
    text: LazyString
    verb: LazyString


BOARD = (
    Entry(
        "reboot",
        "bi-arrow-clockwise",
        lazy_gettext("Reboot"),
        lazy_gettext("Soft stops sessions first. Hard cuts the power."),
        lazy_gettext("Reboot"),
    ),
    Entry(
        "update_software",
        "bi-cpu",
        lazy_gettext("Software update"),
        lazy_gettext("The station fetches the image and installs it."),
        lazy_gettext("Update"),
    ),
    Entry(
        "download_rfid_tags",
        "bi-credit-card-2-front",
        lazy_gettext("RFID tags"),
        lazy_gettext("The station knows them also without network."),
        lazy_gettext("Download RFID tags"),
    ),
    Entry(
        "upload_log",
        "bi-file-earmark-zip",
        lazy_gettext("Log file"),
        lazy_gettext("Goes to the FTP server."),
        lazy_gettext("Upload log"),
    ),
    Entry(
        "change_availability",
        "bi-slash-circle",
        lazy_gettext("Availability"),
        lazy_gettext("Out of service, drivers cannot start charging. Ongoing sessions go on."),
        lazy_gettext("Change availability"),
    ),
    Entry(
        "clear_cache",
        "bi-eraser",
        lazy_gettext("Authorization cache"),
        lazy_gettext("The station forgets tags it has stored."),
        lazy_gettext("Clear cache"),
    ),
    Entry(
        "trigger_message",
        "bi-chat-dots",
        lazy_gettext("Ask for a message"),
        lazy_gettext("The station sends it at once."),
        lazy_gettext("Ask for a message"),
    ),
    Entry(
        "reserve",
        "bi-bookmark",
        lazy_gettext("Reservation"),
        lazy_gettext("Keeps an outlet free for an RFID tag."),
        lazy_gettext("Reserve"),
    ),
    Entry(
        "cancel_reservation",
        "bi-bookmark-x",
        lazy_gettext("Cancel reservation"),
        lazy_gettext("By the number that Commands shows."),
        lazy_gettext("Cancel reservation"),
    ),
    Entry(
        "set_charging_profile",
        "bi-graph-up",
        lazy_gettext("Charging profile"),
        lazy_gettext("Limits power over time, as OCPP has it."),
        lazy_gettext("Set charging profile"),
    ),
    Entry(
        "clear_charging_profile",
        "bi-graph-down",
        lazy_gettext("Clear charging profile"),
        lazy_gettext("Takes limits away; without a choice all of them."),
        lazy_gettext("Clear charging profile"),
    ),
    Entry(
        "get_composite_schedule",
        "bi-calendar3",
        lazy_gettext("Composite schedule"),
        lazy_gettext("What the limits add up to."),
        lazy_gettext("Get composite schedule"),
    ),
    Entry(
        "get_local_list_version",
        "bi-list-ol",
        lazy_gettext("Local list version"),
        lazy_gettext("Which list of RFID tags the station has."),
        lazy_gettext("Get local list version"),
    ),
    Entry(
        "extended_trigger_message",
        "bi-chat-square-dots",
        lazy_gettext("Ask for a message (security)"),
        lazy_gettext("Also for a request to sign the station's certificate."),
        lazy_gettext("Ask for a message (security)"),
    ),
    Entry(
        "get_log",
        "bi-file-earmark-lock",
        lazy_gettext("Security log"),
        lazy_gettext("Goes to the FTP server."),
        lazy_gettext("Get log"),
    ),
    Entry(
        "update_signed_software",
        "bi-cpu-fill",
        lazy_gettext("Signed software update"),
        lazy_gettext("The station checks who signed the image before it installs it."),
        lazy_gettext("Signed software update"),
    ),
    Entry(
        "install_certificate",
        "bi-patch-plus",
        lazy_gettext("Install certificate"),
        lazy_gettext("Whose certificates the station trusts."),
        lazy_gettext("Install certificate"),
    ),
    Entry(
        "get_certificate_ids",
        "bi-patch-question",
        lazy_gettext("Installed certificates"),
        lazy_gettext("Which ones the station trusts; the answer names them for Delete certificate."),
        lazy_gettext("Get certificate ids"),
    ),
    Entry(
        "delete_certificate",
        "bi-patch-minus",
        lazy_gettext("Delete certificate"),
        lazy_gettext("The station does not trust it any more."),
        lazy_gettext("Delete certificate"),
    ),
    Entry(
        "data_transfer",
        "bi-arrow-left-right",
        lazy_gettext("Data transfer"),
        lazy_gettext("A message of the station's vendor."),
        lazy_gettext("Data transfer"),
    ),
)
OF_OUTLETS = ("start_charging", "stop_charging", "unlock")
ELSEWHERE = ("change_configuration", "read_configuration")
"""On the tab OCPP configuration."""

TITLES: Mapping[str, LazyString] = {entry.kind: entry.verb for entry in BOARD} | {
    "reboot": lazy_gettext("Reboot"),
    "update_software": lazy_gettext("Software update"),
    "start_charging": lazy_gettext("Start charging"),
    "stop_charging": lazy_gettext("Stop charging"),
    "unlock": lazy_gettext("Unlock"),
    "change_configuration": lazy_gettext("Change configuration"),
    "read_configuration": lazy_gettext("Upload"),
    "certificate_signed": lazy_gettext("Certificate signed"),
}
"""Kind of command → what buttons and lists call it."""

WARNINGS: Mapping[str, LazyString] = {
    "reboot": lazy_gettext(
        "Soft ends ongoing sessions first; Hard cuts the power to all cars. The station is away meanwhile."
    ),
    "update_software": lazy_gettext(
        "The station is out of service while it installs. A wrong image can stop it for good."
    ),
    "update_signed_software": lazy_gettext("The station is out of service while it installs."),
    "install_certificate": lazy_gettext(
        "A wrong certificate of the central system keeps the station from finding its way back."
    ),
    "delete_certificate": lazy_gettext(
        "Without the certificate of the central system the station does not find its way back."
    ),
    "stop_charging": lazy_gettext("The ongoing session ends."),
    "unlock": lazy_gettext("The cable is released. An ongoing session ends."),
    "change_availability": lazy_gettext("Out of service: drivers cannot start charging. Ongoing sessions go on."),
}


def board(reasons: Mapping[str, str]) -> list[html.Div]:
    """Return the rows; reasons say by kind why a command cannot be given, which closes its button."""
    return [_row(entry, reasons.get(entry.kind, "")) for entry in BOARD]


def _row(entry: Entry, reason: str) -> html.Div:
    text = html.Div(reason or str(entry.text), className="cp-t12 cp-2nd", id=f"control-why-{entry.kind}")
    head = html.Div([html.B(str(entry.title), className="fw-semibold cp-t13"), text])
    return html.Div(
        [icon(f"{entry.glyph} fs-6 cp-3rd"), head, html.Div(button(entry.kind, bool(reason)))], className="cp-cmd"
    )


def button(
    kind: str, is_closed: bool = False, connector_id: int = NO_OUTLET, glyph: str = "", look: str = ""
) -> html.Button:
    """Return a button that gives, or asks about, a command."""
    disturbs = KINDS[kind].danger is not Danger.NONE and not is_closed
    look = look or ("btn-outline-danger" if disturbs else "btn-secondary")
    return html.Button(
        [icon(glyph) if glyph else None, str(TITLES[kind] if kind in OF_OUTLETS else _verb(kind))],
        type="button",
        className=f"btn {look} btn-sm",
        disabled=is_closed,
        **telling("control-pressed", {"command": kind, "outlet": connector_id}),
        **({"aria-describedby": f"control-why-{kind}"} if kind not in OF_OUTLETS else {}),
    )


def _verb(kind: str) -> LazyString:
    return next(entry.verb for entry in BOARD if entry.kind == kind)
