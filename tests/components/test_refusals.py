"""Refusals are one English sentence to the log, and one in the reader's language on the screen."""

import flask
import pytest
from flask_babel import Babel

from components.texts import said
from data import catalogs
from data.errors import AlreadyExists, DatabaseUnavailable, InvalidInput, LoginRefused, NotFound, PortalError
from data.texts import told


@pytest.mark.parametrize(
    ("error", "english", "swedish"),
    [
        (
            NotFound("site", 7),
            "There is no site 7. It may have been removed.",
            "Finns inte: anläggning 7. Den kan ha tagits bort.",
        ),
        (
            AlreadyExists("charging station", "News"),
            "There is already a charging station News. Choose another.",
            "Det finns redan: laddstation News. Välj något annat.",
        ),
        (
            InvalidInput("First name", None, "may not be empty."),
            "First name may not be empty.",
            "Förnamn får inte vara tomt.",
        ),
        (
            InvalidInput("RFID", "100 %", told("has more than %(longest)s characters.", longest=20)),
            "RFID '100 %' has more than 20 characters.",
            "RFID '100 %' har fler än 20 tecken.",
        ),
        (LoginRefused(30), "Too many failed attempts. Try again in 30 s.", None),
        (DatabaseUnavailable(), "The central system is not reachable. Try again in a moment.", None),
        (PortalError("Said by an older part."), "Said by an older part.", "Said by an older part."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refusal_is_said_in_the_language_of_its_reader(error: PortalError, english: str, swedish: str | None) -> None:
    catalogs.compile_changed()
    server = flask.Flask(__name__)
    Babel(server, default_translation_directories=str(catalogs.FOLDER), locale_selector=lambda: "sv")
    assert str(error) == english
    with server.test_request_context():
        assert said(error) == swedish if swedish else said(error) != english
