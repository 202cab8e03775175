"""Settings are read from the environment; a secret in one that cannot be used is not repeated."""

import pytest

from data.errors import BadSetting
from settings import MailServer, from_env


def mail_server(value: str, **others: str) -> MailServer | None:
    return from_env({"PORTAL_SMTP": value, **others}).mail_server


def test_without_a_mail_server_there_are_no_mails() -> None:
    assert from_env({}).mail_server is None


def test_a_mail_server_is_an_address_with_its_log_in() -> None:
    assert mail_server("smtp://mail") == MailServer("mail", 25, "admin@portal.example")
    assert mail_server("smtps://me%40here:p%3Aw%2F@mail:2465", PORTAL_MAIL_SENDER="portal@here") == MailServer(
        "mail", 2465, "portal@here", "me@here", "p:w/", is_tls=True
    )


@pytest.mark.parametrize(
    "value",
    ["mail:25", "http://me:secret@mail", "smtp://:secret@", "smtp://me:secret@mail:x", "smtp://me:se/cret@mail"],
)
def test_what_is_no_mail_server_is_refused_without_its_password(value: str) -> None:
    with pytest.raises(BadSetting, match="PORTAL_SMTP") as refused:
        mail_server(value)
    assert "cret" not in str(refused.value)


def test_a_password_is_not_shown_with_its_server() -> None:
    assert "secret" not in repr(mail_server("smtp://me:secret@mail"))
