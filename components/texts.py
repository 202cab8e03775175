"""Which language the texts are in: the user's, else the best the browser asks for."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import flask
import pyarrow as pa
from babel import Locale
from babel.numbers import get_decimal_symbol
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, gettext
from flask_login import current_user

from data import catalogs, ocpp_words
from data.errors import DatabaseUnavailable, PortalError
from data.filters import Column
from data.own_settings import LANGUAGES
from data.texts import Told, retold

T = TypeVar("T")


def register(server: Flask) -> None:
    """Set up gettext for an application and its templates."""
    catalogs.compile_changed()
    Babel(server, default_translation_directories=str(catalogs.FOLDER), locale_selector=locale)
    server.jinja_env.globals["language"] = locale


def locale() -> str:
    """Return the language of the present request."""
    if not has_request_context():
        return LANGUAGES[0]
    with suppress(DatabaseUnavailable):  # then nobody knows the user, and the page that says so needs a language too
        if current_user and current_user.is_authenticated and current_user.user.language in LANGUAGES:
            return str(current_user.user.language)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def language() -> str:
    """Return the language of what is being written: `locale`, asked for once in a request; English outside of one."""
    shown = get_locale()
    return str(shown.language) if shown else LANGUAGES[0]


@cache
def decimal_sign(language: str) -> str:
    """Return what stands before the decimals of a number."""
    return str(get_decimal_symbol(language))


def carried(make: Callable[[], T]) -> Callable[[], T]:
    """Return what makes something in the language of the present request, also in a thread of its own."""
    app, shown = flask.current_app._get_current_object(), str(get_locale())  # type: ignore[attr-defined]

    def made() -> T:
        with app.app_context(), force_locale(shown):
            return make()

    return made


def in_words(rows: pa.Table, columns: Mapping[str, Column]) -> pa.Table:
    """Return rows with the words that stand for values, in the language of the present request."""
    for name, column in columns.items():
        if column.words:
            said = {value: gettext(word) for value, word in column.words.items()}
            cells = [said.get(value, value) for value in rows[name].to_pylist()]
            rows = rows.set_column(rows.column_names.index(name), name, pa.array(cells, pa.string()))
    return rows


def name_of(language: str) -> str:
    """Return a language's name in that language: it must be found by who reads no other."""
    return str(Locale.parse(language).language_name).capitalize()


def said(error: PortalError) -> str:
    """Say why something was refused, in the language of the present request."""
    return in_language(error.sentence)


def in_language(text: str) -> str:
    """Say a text in the language of the present request, if it was Told."""
    return str(_translated(text))


def kept(text: str, row: Mapping[str, Any]) -> str:
    """Say a text of a row that keeps its template and arguments, or a word of OCPP; any other stands as it is."""
    return in_language(retold(ocpp(text), row["template"], row["arguments"]))


def ocpp(word: str) -> str:
    """Say a state or an answer of OCPP; what is none stands as it is."""
    return gettext(word) if word in ocpp_words.WORDS else word


def _translated(text: object) -> object:
    if not isinstance(text, Told) or not text.template:  # the empty text of a catalog is its head
        return text
    words = gettext(text.template)
    return words % {name: _translated(value) for name, value in text.values.items()} if text.values else words
