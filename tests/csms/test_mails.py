"""The daily mail with active alarms, handed in at a real SMTP server (manual: Email at alarm)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from csms.system import running
from data import alarms
from data.alarms import Alarm
from data.database import Sql
from data.duckdb_engine import DuckDB
from data.scope import Role, Scope
from data.sites import create_site
from data.stations import NewStation, create_station
from settings import MailServer
from tests.csms.conftest import ANY_PORT
from tests.csms.portal import FAST, Portal
from tests.support.virtual_station import until

TIMING = replace(FAST, mails_every=0.02, mail_retry=0.02)
RAISED = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@dataclass
class Inbox:
    """What an SMTP server took. answers: what it says to a receiver instead of yes, each time it is asked."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    logins: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.answers.get(address, [])
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.password)
        return AuthResult(success=True)

    def to(self) -> list[str]:
        return [mail["To"] for mail in self.mails]

    def text(self, kind: str = "plain") -> str:
        body = self.mails[0].get_body((kind,))
        assert body
        return str(body.get_content())


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    inbox = Inbox()
    async with serving(inbox):
        yield inbox


@asynccontextmanager
async def serving(inbox: Inbox) -> AsyncIterator[None]:
    """Listen at the inbox's port, or at any."""

    def protocol() -> SMTP:
        inbox.connections += 1
        return SMTP(inbox, authenticator=inbox.authenticate, auth_require_tls=False, enable_SMTPUTF8=False)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", inbox.port)
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()


@asynccontextmanager
async def portal_with(database: DuckDB, inbox: Inbox, password: str = "") -> AsyncIterator[Portal]:
    user = "portal" if password else ""
    server = MailServer("127.0.0.1", inbox.port, "portal@portal.example", user, password)
    async with running(database, ANY_PORT, ANY_PORT, TIMING, server) as system:
        yield Portal(system)


@pytest.fixture
def lund(database: DuckDB) -> int:
    """A station in Lund, beside those of Solna, with a site of another time zone."""
    alice = Scope(database, 1, Role.ADMINISTRATOR, None)
    return create_station(alice, NewStation(create_site(alice, "Lund", "Europe/Lisbon"), "CB-L", "00004082"))


def person(database: DuckDB, name: str, role: Role, site: str | None = None, language: str = "en") -> None:
    """Add a user with Email at alarm."""
    add = """INSERT INTO portal_user (role, first_name, last_name, email, password_hash, password_changed_at,
                                      email_at_alarm, language)
             VALUES ($role, $name, '', $name || '@portal.example', '', now(), TRUE, $language)"""
    own = """INSERT INTO user_site SELECT user_id, site_id FROM portal_user, site
             WHERE first_name = $name AND site.name = $site"""
    database.write(
        [Sql(add, {"role": role.value, "name": name, "language": language}), Sql(own, {"name": name, "site": site})]
    )


def raise_fuse(database: DuckDB, station: str, info: str = "") -> None:
    [row] = database.query(
        "SELECT site_id, station_id FROM charging_station WHERE name = $name", {"name": station}
    ).to_pylist()
    text = "Over current protection device has tripped"
    fuse = Alarm("Fuse", "OverCurrentFailure", row["site_id"], row["station_id"], 1, text, info, "E42", RAISED)
    database.write(alarms.raised(fuse), [("alarm", row["station_id"])])


def age_mails(database: DuckDB, by: timedelta) -> None:
    database.write([Sql("UPDATE alarm_mail SET mailed_at = mailed_at - $by", {"by": by})])


async def test_users_with_email_at_alarm_get_the_alarms_of_their_sites(
    database: DuckDB, inbox: Inbox, lund: int
) -> None:
    person(database, "alice", Role.ADMINISTRATOR)
    person(database, "bob", Role.SITE_ADMINISTRATOR, "Solna")
    person(database, "charlie", Role.SITE_ADMINISTRATOR, "Lund")
    person(database, "dana", Role.EV_USER)
    raise_fuse(database, "Station CP1")
    database.write(
        [Sql("UPDATE site SET contact_name = 'Eva Blom', contact_phone = '+46 70 <1>' WHERE name = 'Solna'")]
    )
    async with portal_with(database, inbox) as portal:
        await until(lambda: len(portal.events("mail")) == 2)
        raise_fuse(database, "00004082")
        await until(lambda: len(portal.events("mail")) == 3)
    assert inbox.to() == ["alice@portal.example", "bob@portal.example", "charlie@portal.example"]
    of_solna, of_lund = inbox.mails[1].as_string(), inbox.mails[2].as_string()
    assert "Station CP1" in of_solna
    assert "Contact: Eva Blom, +46 70 <1>" in of_solna
    assert "Contact: Eva Blom, +46 70 &lt;1&gt;" in inbox.text("html")
    assert "Contact:" not in of_lund
    assert "00004082" in of_lund
    assert "Station CP1" not in of_lund


async def test_a_mail_tells_what_the_station_said_in_the_sites_time_as_plain_text_and_html(
    database: DuckDB, inbox: Inbox
) -> None:
    person(database, "bob", Role.SITE_ADMINISTRATOR, "Solna", language="xx")  # a language without texts: English
    raise_fuse(database, "Station CP1")
    raise_fuse(database, "Station CP1", info="<b>phase</b> 2")
    async with portal_with(database, inbox):
        await until(lambda: inbox.mails)
    mail = inbox.mails[0]
    assert (mail["Subject"], mail["From"]) == ("Charge Portal: 1 active alarm", "portal@portal.example")
    assert "Solna (times in Europe/Stockholm)" in inbox.text()
    assert "* 2026-07-02 00:30  Critical  Station CP1 Connector: 1" in inbox.text()
    assert "Over current protection device has tripped (E42, <b>phase</b> 2) ×2" in inbox.text()
    assert "(E42, &lt;b&gt;phase&lt;/b&gt; 2) ×2" in inbox.text("html")


async def test_who_chose_a_time_zone_reads_every_time_in_it(database: DuckDB, inbox: Inbox, lund: int) -> None:
    person(database, "alice", Role.ADMINISTRATOR)
    database.write([Sql("UPDATE portal_user SET time_zone = 'Asia/Tokyo' WHERE first_name = 'alice'")])
    raise_fuse(database, "Station CP1")
    raise_fuse(database, "00004082")
    async with portal_with(database, inbox):
        await until(lambda: inbox.mails)
    for kind in ("plain", "html"):
        text = inbox.text(kind)
        assert text.count("times in Asia/Tokyo") == 2
        assert text.count("2026-07-02 07:30") == 2
        assert "Europe/" not in text


async def test_a_swedish_user_gets_a_swedish_mail(database: DuckDB, inbox: Inbox) -> None:
    person(database, "bob", Role.SITE_ADMINISTRATOR, "Solna", language="sv")
    raise_fuse(database, "Station CP1")
    async with portal_with(database, inbox):
        await until(lambda: inbox.mails)
    assert inbox.mails[0]["Subject"] == "Charge Portal: 1 aktivt larm"
    assert "Solna (tider i Europe/Stockholm)" in inbox.text()
    assert "Kritiskt  Station CP1 Kontakt: 1" in inbox.text()
    assert "Överströmsskyddet har löst ut (E42)" in inbox.text("html")


async def test_nobody_gets_a_mail_without_alarms_or_twice_within_24_hours_even_after_a_restart(
    database: DuckDB, inbox: Inbox
) -> None:
    person(database, "alice", Role.ADMINISTRATOR)
    async with portal_with(database, inbox) as portal:
        async with portal.station("CP2") as station:  # many looks later
            await station.boot_and_notify()
        assert inbox.connections == 0
        raise_fuse(database, "Station CP1")
        await until(lambda: portal.events("mail"))
    for days, mails in ((0, 1), (1, 2)):
        age_mails(database, timedelta(days=days))
        async with portal_with(database, inbox) as portal:
            await until(lambda mails=mails: len(portal.events("mail")) == mails)
            async with portal.station("CP2") as station:
                await station.boot_and_notify()
    assert inbox.to() == ["alice@portal.example"] * 2


async def test_a_mail_server_that_is_away_is_tried_again_and_no_station_waits_for_it(
    database: DuckDB, inbox: Inbox
) -> None:
    person(database, "alice", Role.ADMINISTRATOR)
    raise_fuse(database, "Station CP1")
    later = Inbox()
    async with serving(later):
        pass  # its port is free again
    async with portal_with(database, later) as portal:
        await until(lambda: portal.events("mail"))
        async with portal.station("CP2") as station:
            await station.boot_and_notify()
        async with serving(later):
            await until(lambda: later.mails)
            await until(lambda: len(portal.events("mail")) == 2)
        waited, sent = portal.events("mail")
    assert waited.startswith("Mails wait, because the mail server does not take them: ")
    assert sent == "A mail with 1 active alarm was sent to alice@portal.example."


async def test_a_refused_receiver_holds_nobody_back_and_a_busy_one_is_tried_again(
    database: DuckDB, inbox: Inbox
) -> None:
    for name in ("alice", "bob", "sam"):
        person(database, name, Role.ADMINISTRATOR)
    raise_fuse(database, "Station CP1")
    inbox.answers = {
        "alice@portal.example": ["550 No such user"] * 2,
        "bob@portal.example": ["451 Try again later"] * 2,
    }
    async with portal_with(database, inbox) as portal:
        await until(lambda: len(inbox.mails) == 2)
        assert inbox.to() == ["sam@portal.example", "bob@portal.example"]
        assert "The mail with active alarms to alice@portal.example was refused: No such user." in portal.events("mail")
    assert len(inbox.answers["alice@portal.example"]) == 1  # not asked again today


async def test_the_portal_logs_in_and_its_password_stands_in_no_log(
    database: DuckDB, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    person(database, "alice", Role.ADMINISTRATOR)
    raise_fuse(database, "Station CP1")
    async with portal_with(database, inbox, password="p@ss word") as portal:
        await until(lambda: portal.events("mail"))
    assert inbox.logins == [b"p@ss word"]
    assert "p@ss word" not in caplog.text
