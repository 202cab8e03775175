"""The daily mail of active alarms as its receiver reads it: plain and HTML, in the user's language and time zone."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cache
from itertools import groupby
from pathlib import Path

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, select_autoescape

from data import catalogs
from data.alarm_mails import Line
from data.users import User

FOLDER = Path(__file__).parent


def compose(user: User, sender: str, lines: Sequence[Line], count: int, now: datetime) -> EmailMessage:
    """Write the mail.

    Args:
        count: how many alarms there are in all; more than `lines` are only counted.
    """
    said = translations(user.language)
    subject = said.ungettext("%(num)d active alarm", "%(num)d active alarms", count) % {"num": count}
    values = {
        "language": user.language,
        "subject": subject,
        "count": count,
        "more": count - len(lines),
        "sites": [(site, list(own)) for site, own in groupby(lines, lambda line: line.site)],
        "node": lambda line: _node(said, line),
        "what": lambda line: _what(said, line),
        "headings": [said.ugettext(text) for text in ("Create date", "Severity", "Node name", "Description")],
        "reason": said.ugettext(
            "You get this mail once in 24 hours, as long as there are alarms, because Email at alarm is chosen in your "
            "user settings."
        ),
    }
    message = EmailMessage()
    message["Subject"] = f"Charge Portal: {subject}"
    message["From"], message["To"] = sender, user.email
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # keeps absence notices away
    message.set_content(_templates(user.language).get_template("alarm_mail.txt").render(values))
    html = _templates(user.language).get_template("alarm_mail.html").render(values)
    message.add_alternative(html, subtype="html")
    return message


@cache
def translations(language: str) -> NullTranslations:
    """Return a language's catalog; texts it lacks, and those of a language without one, are English."""
    catalogs.compile_changed()
    return Translations.load(catalogs.FOLDER, [language])


@cache
def _templates(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def _node(said: NullTranslations, line: Line) -> str:
    if line.stations:
        return said.ungettext("%(num)d station", "%(num)d stations", line.stations) % {"num": line.stations}
    connector = said.ugettext("Connector: %(id)d") % {"id": line.connector_id}
    return f"{line.station} {connector}" if line.connector_id else line.station


def _what(said: NullTranslations, line: Line) -> str:
    """Return the description with what the station said beside it, and how often it came again."""
    if line.stations:
        return said.ugettext("Stations of %(site)s lost contact at about the same time") % {"site": line.site}
    told = [text for text in (line.vendor_error_code, line.info) if text and text not in line.description]
    text = said.ugettext(line.description.rstrip(".")) + (f" ({', '.join(told)})" if told else "")
    return f"{text} ×{line.repeats + 1}" if line.repeats else text
