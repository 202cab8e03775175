"""Which of the portal's columns a column of another system's file most likely is."""

import re
from collections.abc import Mapping, Sequence

from data.imports.taking import KINDS

ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "charge_box_id": (
        "chargeboxid", "chargebox", "chargepointid", "chargepoint", "nodeidentity", "stationid", "station",
        "chargingstation", "evseid", "charger",
    ),
    "connector": ("connectortype", "plug"),
    "connector_id": ("connector", "connectorno", "outletid", "outlet", "plugid"),
    "email": ("mail", "emailaddress", "useremail", "epost"),
    "email_at_alarm": ("alarmmail",),
    "ended_at": ("ended", "endtime", "enddate", "end", "stoptime", "stopped", "finished", "endsession"),
    "energy_kwh": ("energy", "kwh", "kwhtotal", "totalkwh", "energykwh", "consumption", "deliveredkwh"),
    "first_name": ("firstname", "givenname", "fornamn"),
    "floor": ("level", "parkinglevel"),
    "id_tag": ("rfid", "rfidtag", "tag", "tagid", "card", "cardnumber", "userid"),
    "last_name": ("lastname", "surname", "familyname", "efternamn"),
    "logged_at": ("serverlogdate", "logdate"),
    "meter_start_kwh": ("meterstart", "startmeter", "meterstartkwh"),
    "meter_stop_kwh": ("meterstop", "stopmeter", "meterend", "energymetervalue"),
    "mode": ("outletmode", "accessmode"),
    "name": ("logicalname", "stationname", "displayname"),
    "outlets": ("numberofoutlets", "outletcount", "connectors", "sockets"),
    "password": ("initialpassword",),
    "rfid": ("idtag", "rfidtag", "rfidtags", "tag", "tags", "card", "cardnumber"),
    "role": ("userrole", "usertype"),
    "session_id": ("sessionid", "sessionidentity", "session", "transactionid", "id"),
    "site": ("location", "locationid", "sitename", "locationname", "place"),
    "started_at": ("created", "started", "starttime", "startdate", "start", "startsession", "begin"),
    "time_zone": ("timezone", "zone"),
}  # fmt: skip
"""The portal's column → what others call it, the likeliest first."""


def guess(kind: str, names: Sequence[str]) -> dict[str, str]:
    """Return the portal's column, or an empty text, for each column of a file; none is given twice.

    Args:
        names: the file's columns as they are called there.
    """
    columns = KINDS[kind].columns
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
    guessed = dict.fromkeys(names, "")
    for ours in (*columns.required, *columns.optional):
        for called in (_plain(ours), *ALSO_CALLED.get(ours, ())):
            theirs = by_plain.get(called)
            if theirs is not None and not guessed[theirs]:
                guessed[theirs] = ours
                break
    return guessed


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
