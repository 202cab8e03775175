"""Log in and out: plain Flask pages, so that nothing of the portal is sent before."""

import math
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

import flask
from flask import request
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from components import access, theme
from data import log_in
from data.errors import DatabaseUnavailable, LoginRefused

DAYS = (
    lazy_gettext("Mon"),
    lazy_gettext("Tue"),
    lazy_gettext("Wed"),
    lazy_gettext("Thu"),
    lazy_gettext("Fri"),
    lazy_gettext("Sat"),
    lazy_gettext("Sun"),
)
PEAKS = {"workday": ((8.2, 1.1, 100), (12.5, 2.2, 38), (18.3, 1.9, 48)), "weekend": ((12.4, 3.0, 55), (18.5, 2.1, 42))}
"""Hour, width in hours and height of the bumps in a day's made-up load: the curves of the log-in page."""


class LoginForm(FlaskForm):
    email = StringField(lazy_gettext("Email"), [InputRequired(), Length(max=320)])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(), Length(max=1024)])


def register(server: flask.Flask) -> None:
    """Add the log-in page, log-out and the health address."""

    @server.route("/login", methods=["GET", "POST"])
    def login() -> Response | tuple[str, int]:
        form = LoginForm()
        refusal, status = None, 200
        if form.validate_on_submit():
            try:
                return _log_in(str(form.email.data), str(form.password.data))
            except LoginRefused as error:
                refusal, status = _refusal(error), 429 if error.wait_s else 401
            except DatabaseUnavailable:
                refusal, status = _("The central system is not reachable. Try again in a moment."), 503
        elif request.method == "POST":
            refusal, status = _("Enter your email and password, then try again."), 400
        return flask.render_template("login.html", form=form, refusal=refusal, curves=_curves()), status

    @server.post("/logout")
    def logout() -> Response:
        user = access.current_user_of_portal()
        access.log_out()
        with suppress(DatabaseUnavailable):  # who leaves is let go all the same
            log_in.note_log_out(flask.current_app.extensions["database"], user, access.address())
        return flask.redirect(flask.url_for("login"))

    @server.get("/healthz")
    def healthz() -> str:
        return "ok"


@cache
def _curves() -> list[tuple[LazyString, str]]:
    """Return a day's name and the path of its load curve, 488 wide, its foot at y = 0."""
    curves = []
    for day, name in enumerate(DAYS):
        peaks = PEAKS["weekend" if day >= 5 else "workday"]
        points = []
        for step in range(97):
            hour = step / 4
            wobble = math.sin(hour * 5.1 + day * 2) + math.sin(hour * 11.7 + day)
            load = (
                8
                + wobble
                + sum(h * math.exp(-(((hour - at - day % 3 * 0.2) / wide) ** 2) / 2) for at, wide, h in peaks)
            )
            points.append(f"{hour * 488 / 24:.1f} {-load:.1f}")
        curves.append((name, "L".join(points)))
    return curves


def _log_in(email: str, password: str) -> Response:
    user = log_in.authenticate(flask.current_app.extensions["database"], email, password, access.address())
    access.log_in(user)
    answer = flask.redirect(_safe(request.args.get("next")))
    theme.remember(answer, user.theme)
    return answer


def _safe(address: str | None) -> str:
    """Return an address of this portal, the Dashboard for any other."""
    parts = urlsplit(address or "")
    inside = address and not parts.scheme and not parts.netloc and address.startswith("/")
    return (
        address
        if address and inside and not address.startswith(("//", "/\\")) and address.isprintable()
        else "/dashboard"
    )


def _refusal(error: LoginRefused) -> str:
    if error.wait_s:
        return _("Too many failed attempts. Try again in %(seconds)s s.", seconds=error.wait_s)
    return _("Wrong email or password. Check both and try again.")
