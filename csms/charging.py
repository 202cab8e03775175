"""Rules for who may charge, and for the beginning and end of a transaction."""

import asyncio
from datetime import datetime

from csms import admission, clock, metering, outcomes, sessions
from csms.central import Central
from csms.clock import CLOCK_NOT_SET, NO_TIME, Moment
from csms.happenings import Authorization, Authorizing, StartAnswer, Started, Stopped
from csms.station import Station
from csms.statuses import outlet_found, remember_outlet
from data import meter_values, reservations, texts, transactions
from data.database import Batch, Change, Sql
from data.events import EventKind
from data.service_deliveries import Event
from data.transactions import END_ESTIMATED, OpenTransaction, Session

TAG_REFUSED = "tag refused"
NO_METER_START = "no meter start"
STOP_WITHOUT_ID = "stopped without its id"
STOPPED_BY_OTHER = "stopped by another's tag"


async def authorizing(central: Central, station: Station, asked: Authorizing, received_at: datetime) -> Authorization:
    """Accept what may charge; any tag where an outlet is open to anybody: OCPP does not tell which outlet is meant."""
    return admission.of_tag(central, asked.id_tag, received_at, station.is_open_to_anybody).authorization


async def started(central: Central, station: Station, start: Started, received_at: datetime) -> StartAnswer:
    """Begin a transaction, refused or not: the station may have charged already. A repeated start begins nothing."""
    moment = clock.moment(start.stamp, received_at, station.zone)
    given = station.starts.get(start)
    if given and (given.transaction_id in station.open or moment.note not in (NO_TIME, CLOCK_NOT_SET)):
        return given  # with a clock that stands still, two sessions may begin alike
    meter_start_kwh = start.meter_start_wh / 1000 if start.meter_start_wh is not None else None
    admitted = admission.of_start(central, station, start, received_at)
    repeated = await _repeated(central, station, start, moment, meter_start_kwh)
    if repeated is not None:
        return StartAnswer(repeated, admitted.authorization)
    admitted = admission.once_more(central, station, start, admitted, received_at)
    authorization, holder = admitted.authorization, admitted.holder
    transaction = OpenTransaction(
        transaction_id=next(central.transaction_ids),
        station_id=station.station_id,
        site_id=station.site_id,
        connector_id=start.connector_id,
        charge_box_id=station.charge_box_id,
        id_tag=start.id_tag or None,
        user_id=holder.user_id if holder else None,
        email=holder.email if holder else None,
        authentication=admitted.authentication,
        started_at=moment.at,
        logged_at=received_at,
        meter_start_kwh=meter_start_kwh,
        energy_kwh=None,
        power_w=None,
        measured_at=None,
        note=sessions.notes(
            moment.note,
            "" if authorization.is_accepted else TAG_REFUSED,
            "" if meter_start_kwh is not None else NO_METER_START,
        ),
    )
    left_open = [
        sessions.end_estimated(older, moment.at, received_at)
        for older in station.open.values()
        if older.connector_id == start.connector_id and older.started_at <= moment.at
    ]
    await _begin(central, station, transaction, left_open, start.reservation_id)
    answer = StartAnswer(transaction.transaction_id, authorization)
    station.begin(start, transaction, answer)
    return answer


async def _begin(
    central: Central,
    station: Station,
    transaction: OpenTransaction,
    left_open: list[Session],
    reservation_id: int | None,
) -> None:
    """Commit a new transaction, and the sessions of those on its outlet whose stop never came."""
    statements: list[Sql | Batch] = [transactions.started(transaction)]
    changed: list[Change] = [("open_transaction", station.station_id)]
    found = outlet_found(central, station, transaction.connector_id)
    if found:
        statements += found
        changed += [("topology", station.station_id), ("event", station.site_id)]
    for session in left_open:
        statements += transactions.ended(session)
        changed.append(("session", session.site_id))
    if reservation_id:
        statements.append(reservations.used(reservation_id, transaction))
    told = [central.notices.ended(session) for session in left_open]
    for more, more_changed in (
        *told,
        central.notices.started(transaction),
        outcomes.charging_began(central, station, transaction),
    ):
        statements += more
        changed += more_changed
    await central.commits.write(statements, changed)
    central.notices.begun(transaction)
    remember_outlet(station, transaction.connector_id)
    for session in left_open:
        station.finish(session.transaction_id or 0, session)
        central.notices.over(session.transaction_id or 0)


async def _repeated(
    central: Central, station: Station, start: Started, moment: Moment, meter_start_kwh: float | None
) -> int | None:
    """Return the transaction that this start has already begun, before a restart or in other spelling; else None."""
    id_tag = start.id_tag or None
    for transaction in station.open.values():
        same_time = transaction.started_at == moment.at or (
            central.is_restored(transaction.transaction_id)
            and CLOCK_NOT_SET in moment.note
            and CLOCK_NOT_SET in transaction.note
        )
        same = (start.connector_id, id_tag, meter_start_kwh)
        if same_time and same == (transaction.connector_id, transaction.id_tag, transaction.meter_start_kwh):
            return transaction.transaction_id
    ended_at = station.ends_before.get(start.connector_id)
    if ended_at is None or moment.at > ended_at:
        return None
    session = await asyncio.to_thread(
        transactions.find_session_started, central.database, station.station_id, start.connector_id, moment.at, id_tag
    )
    return session.transaction_id if session else None


async def stopped(central: Central, station: Station, stop: Stopped, received_at: datetime) -> Authorization | None:
    """End a transaction; return what the stop's tag may do, if it named one. A stop is never refused: it has happened.

    Stops of unknown transactions are kept as events.
    """
    moment = clock.moment(stop.stamp, received_at, station.zone)
    meter_stop_kwh = stop.meter_stop_wh / 1000 if stop.meter_stop_wh is not None else None
    transaction, note = _stopped_transaction(station, stop)
    if transaction is None:
        await _stopped_late(central, station, stop, moment, received_at)
        return _told(central, station, stop, None, received_at)
    transaction, values = _last_measured(station, transaction, stop, received_at)
    is_legal = not stop.id_tag or admission.may_stop(central, station, transaction, stop.id_tag)
    session = sessions.ended(
        transaction,
        moment.at,
        meter_stop_kwh,
        stop.reason,
        received_at,
        sessions.notes(note, moment.note, "" if is_legal else STOPPED_BY_OTHER),
    )
    over, over_changed = outcomes.charging_ended(central, station, transaction, received_at)
    told, told_changed = central.notices.ended(session)
    await central.commits.write(
        [*transactions.ended(session), values, *over, *told],
        [("session", session.site_id), ("open_transaction", station.station_id), *over_changed, *told_changed],
    )
    station.finish(transaction.transaction_id, session)
    central.notices.over(transaction.transaction_id)
    return _told(central, station, stop, transaction.connector_id, received_at)


def _told(
    central: Central, station: Station, stop: Stopped, connector_id: int | None, received_at: datetime
) -> Authorization | None:
    """Return what the station may keep in mind of a stop's tag."""
    if stop.id_tag is None:
        return None
    is_open = station.is_open_to_anybody if connector_id is None else admission.is_open(station, connector_id)
    return admission.of_tag(central, stop.id_tag, received_at, is_open).authorization


def _last_measured(
    station: Station, transaction: OpenTransaction, stop: Stopped, received_at: datetime
) -> tuple[OpenTransaction, Batch]:
    """Return the transaction with the energy of the stop's own samples, and the statement that keeps these."""
    measurements, _ = metering.read(stop.readings, station, received_at)
    values = metering.rows(station, transaction.connector_id, transaction.transaction_id, measurements, received_at)
    return metering.live(station, transaction, measurements), meter_values.sampled(values)


def _stopped_transaction(station: Station, stop: Stopped) -> tuple[OpenTransaction | None, str]:
    """Find the open transaction by its id; by its tag, or as the only one, where the station never learnt the id."""
    if stop.transaction_id is not None and stop.transaction_id > 0:
        return station.open.get(stop.transaction_id), ""
    return station.only_transaction(id_tag=stop.id_tag) or station.only_transaction(), STOP_WITHOUT_ID


async def _stopped_late(
    central: Central, station: Station, stop: Stopped, moment: Moment, received_at: datetime
) -> None:
    """Take a stop for what is not open: it corrects an estimated end, repeats a stop, or is unknown."""
    session = station.finished.get(stop.transaction_id or 0)
    if session is None and stop.transaction_id and stop.transaction_id > 0:
        session = await asyncio.to_thread(
            transactions.find_session, central.database, station.station_id, stop.transaction_id
        )
    meter_stop_kwh = stop.meter_stop_wh / 1000 if stop.meter_stop_wh is not None else None
    if session is None:
        text = texts.told(
            "The station stopped transaction %(number)s, which is not its own.", number=stop.transaction_id
        )
    elif END_ESTIMATED in (session.note or ""):
        transaction, values = _last_measured(station, sessions.reopened(session), stop, received_at)
        corrected = sessions.ended(transaction, moment.at, meter_stop_kwh, stop.reason, received_at, moment.note)
        told, told_changed = central.notices.ended(corrected, Event.SESSION_CORRECTED)
        await central.commits.write(
            [transactions.corrected(corrected), values, *told], [("session", session.site_id), *told_changed]
        )
        station.finish(transaction.transaction_id, corrected)
        return
    elif meter_stop_kwh == session.meter_stop_kwh and (moment.at == session.ended_at or moment.note):
        return
    else:
        text = texts.told(
            "The station stopped transaction %(number)s again, otherwise. The first stop counts.",
            number=stop.transaction_id,
        )
    if central.is_first(station.station_id, hash(stop)):
        noted = central.note(station, EventKind.ODD_TRANSACTION, text, details=stop._asdict())
        await central.commits.write([noted], [("event", station.site_id)])
