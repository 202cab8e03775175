"""Who may charge: what is told to a station about the tag it asks for."""

from datetime import datetime
from typing import NamedTuple

from csms.central import Central
from csms.happenings import Authorization, Started
from csms.station import Station
from csms.statuses import mode_of_neighbours
from data import id_tags
from data.id_tags import TagHolder
from data.transactions import ANONYMOUS, RFID, OpenTransaction

ACCEPTED, BLOCKED, EXPIRED, INVALID, CONCURRENT = "Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"


class Admission(NamedTuple):
    authorization: Authorization
    authentication: int
    holder: TagHolder | None


def of_tag(central: Central, id_tag: str, at: datetime, is_open: bool) -> Admission:
    """Tell what a tag may do at an outlet.

    Args:
        is_open: the outlet is open to anybody, whatever tag is shown.
    """
    holder = central.tags.find(id_tag)
    is_service = holder is None and central.notices.starts.admits(id_tag, at)
    status = ACCEPTED if is_open or is_service else _status(holder, at)
    authentication = ANONYMOUS if is_open or holder is None else RFID
    if holder is None:
        return Admission(Authorization(status), authentication, None)
    expires_at = holder.expires_at if not is_open else None  # the station would refuse it itself then
    return Admission(Authorization(status, holder.parent_id_tag, expires_at), authentication, holder)


def of_start(central: Central, station: Station, start: Started, at: datetime) -> Admission:
    """Tell what the tag of a start may do at its outlet."""
    return of_tag(central, start.id_tag, at, is_open(station, start.connector_id))


def once_more(central: Central, station: Station, start: Started, admission: Admission, at: datetime) -> Admission:
    """Refuse a tag that charges at one outlet at a time and does so elsewhere already.

    Only for a start that is no repetition. A station not heard of for long does not count: it may have stopped.
    """
    holder = admission.holder
    if holder is None or not holder.is_single or not admission.authorization.is_accepted:
        return admission
    if not any(
        transaction.user_id == holder.user_id and _is_same_tag(central, transaction, holder)
        for other in central.stations.values()
        if (at - other.heard_at).total_seconds() < central.timing.silent_after
        for transaction in other.open.values()
        if other is not station or transaction.connector_id != start.connector_id
    ):
        return admission
    return admission._replace(authorization=admission.authorization._replace(status=CONCURRENT))


def may_stop(central: Central, station: Station, transaction: OpenTransaction, id_tag: str) -> bool:
    """Tell whether a tag belongs to a transaction: the same one, one of its holder's, or one of the same parent.

    Where an outlet is open to anybody, nobody's tag is asked for, and any may stop.
    """
    if is_open(station, transaction.connector_id) or id_tags.is_same(transaction.id_tag or "", id_tag):
        return True
    began, stops = central.tags.find(transaction.id_tag or ""), central.tags.find(id_tag)
    if began is None or stops is None:
        return False
    has_parent = stops.parent_id_tag is not None and stops.parent_id_tag == began.parent_id_tag
    return stops.user_id == began.user_id or has_parent


def is_open(station: Station, connector_id: int) -> bool:
    """Tell whether an outlet is open to anybody; one that is not configured is like its neighbours."""
    return (station.outlets.get(connector_id) or mode_of_neighbours(station)) == "OPEN"


def _status(holder: TagHolder | None, at: datetime) -> str:
    if holder is None:
        return INVALID
    if holder.is_blocked:
        return BLOCKED
    return EXPIRED if holder.expires_at and holder.expires_at <= at else ACCEPTED


def _is_same_tag(central: Central, transaction: OpenTransaction, holder: TagHolder) -> bool:
    return transaction.id_tag is not None and central.tags.find(transaction.id_tag) == holder
