"""Sends the daily mails with active alarms (manual: Email at alarm); stations never wait for a mail server."""

import asyncio
import logging
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address

from csms.alarm_mail import compose
from csms.central import Timing
from data import alarm_mails, users
from data.database import Database
from data.users import User
from settings import MailServer

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 10
LONGEST_RETRY_S = 3600
LONGEST_REASON = 200


class NotTaken(Exception):
    """The mail server is away, or takes nothing now; str() says why."""


class Mails:
    """The loop that looks whose mail is due, and hands them in; a server that is away is tried again ever later."""

    def __init__(self, database: Database, server: MailServer | None, timing: Timing) -> None:
        self._database = database
        self._server = server
        self._timing = timing
        self._failures = 0
        self._is_stopping = False
        self._sending: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Run until cancelled; without a mail server nothing is to be done."""
        while self._server:
            self._sending = asyncio.ensure_future(asyncio.to_thread(self._send_due, self._server))
            try:
                await asyncio.shield(self._sending)
                self._failures = 0
            except NotTaken as error:
                await self._note_failure(str(error))
            except Exception:
                log.exception("the daily mails failed; they are tried again")
                self._failures += 1
            await asyncio.sleep(self._pause())

    async def stop(self) -> None:
        """Let the mail that is on its way be finished, so that its receiver does not get it twice."""
        self._is_stopping = True
        if self._sending:
            await asyncio.wait([self._sending], timeout=self._timing.finish_within)

    def _pause(self) -> float:
        if not self._failures:
            return self._timing.mails_every
        return min(self._timing.mail_retry * 2.0 ** min(self._failures - 1, 20), LONGEST_RETRY_S)

    async def _note_failure(self, reason: str) -> None:
        self._failures += 1
        log.warning("the mail server takes no mails: %s; tried again in %.0f s", reason, self._pause())
        if self._failures == 1:
            await asyncio.to_thread(alarm_mails.away, self._database, datetime.now(UTC), reason)

    def _send_due(self, server: MailServer) -> None:
        """Send every due mail over one connection.

        Raises:
            NotTaken: some or all of them wait.
        """
        due = [user for user in alarm_mails.due(self._database, datetime.now(UTC)) if self._count(user)]
        if not due:
            return
        postponed = ""
        try:
            with _connected(server) as smtp:
                for user in due:
                    if self._is_stopping:
                        return
                    postponed = self._send(smtp, server.sender, user) or postponed
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(_reason(error)) from None
        if postponed:
            raise NotTaken(postponed)

    def _count(self, user: User) -> int:
        return alarm_mails.lines(users.scope_of(self._database, user))[1]

    def _send(self, smtp: smtplib.SMTP, sender: str, user: User) -> str:
        """Send one mail; return why it waits, or nothing when it needs no other try today."""
        now = datetime.now(UTC)
        lines, count = alarm_mails.lines(users.scope_of(self._database, user), user.time_zone)
        if not count:
            return ""
        try:
            smtp.send_message(compose(user, sender, lines, count, now))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            code, reason = _refusal(error)
            if code < 500:  # busy, full, or greylisted
                return f"{user.email}: {reason}"
            log.warning("the mail to %s was refused: %s", user.email, reason)
            alarm_mails.refused(self._database, user, now, reason)
        except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII
            alarm_mails.refused(self._database, user, now, _reason(error))
        else:
            log.info("a mail with %d alarms was sent to %s", count, user.email)
            alarm_mails.sent(self._database, user, now, count)
        return ""


def _connected(server: MailServer) -> smtplib.SMTP:
    """Connect and log in. A certificate is checked and a password sent safely; mail without one may go in the open.

    Raises:
        OSError, SMTPException: the server is away, is another one, or does not know the user.
        NotTaken: the password would be readable on its way.
    """
    trusted, anybody = ssl.create_default_context(), ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    if server.is_tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=ANSWER_WITHIN_S, context=trusted)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=ANSWER_WITHIN_S)
    try:
        smtp.ehlo_or_helo_if_needed()
        is_safe = server.is_tls or _is_here(server.host)
        if not server.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=trusted if server.password and not is_safe else anybody)
            is_safe = True
        if server.user:
            if not is_safe:
                raise NotTaken("it offers no encryption, and the password is not sent in the open")
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _refusal(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code, _text(error.smtp_error)
    [(code, said)] = error.recipients.values()
    return code, _text(said)


def _reason(error: Exception) -> str:
    """Say in a line what failed; an SMTP answer in the server's words."""
    said = _text(error.smtp_error) if isinstance(error, smtplib.SMTPResponseException) else str(error)
    return (said or type(error).__name__)[:LONGEST_REASON].strip().rstrip(".")


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return text[:LONGEST_REASON].strip().rstrip(".")
