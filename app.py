"""Charge Portal: `create_app` composes the web of a database and settings; run as a program, this starts everything."""

if __name__ == "__main__":  # before the imports: the program supervises, and the web's imports would cost it 70 MB
    import cli

    cli.main()

from pathlib import Path

import dash
import flask
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_wtf import CSRFProtect

from components import (
    access,
    alarm_count,
    errors,
    export,
    files,
    live,
    login,
    maps,
    moving,
    navigator,
    news_panel,
    security,
    session_window,
    shell,
    texts,
)
from components.imports import uploading
from data.database import Database
from settings import Settings

ROOT = Path(__file__).parent
BOOTSTRAP = "/bootstrap/static/css"


def create_app(database: Database, settings: Settings) -> dash.Dash:
    """Build the web application over a database; every app has pages, callbacks and gate of its own."""
    server = flask.Flask(
        __name__, static_folder=None, static_url_path="/static", template_folder=str(ROOT / "components" / "templates")
    )
    server.config.update(
        SECRET_KEY=security.secret_key(settings.data),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open all day; the token ends with its session
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=3600,  # scripts and styles have their time in the address; else the icon comes anew
        COMPRESS_BR_LEVEL=3,  # a third of the usual time, for some more bytes
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
    )
    Bootstrap5(server)
    Compress(server)
    server.after_request(_read_text_file)
    texts.register(server)
    app = dash.Dash(
        __name__,
        server=server,
        title="Charge Portal",
        update_title=None,
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        assets_folder=str(ROOT / "assets"),
        assets_path_ignore=["^early"],  # these run in <head>
        external_stylesheets=[f"{BOOTSTRAP}/bootstrap.min.css", f"{BOOTSTRAP}/font/bootstrap-icons.min.css"],
        suppress_callback_exceptions=True,  # else every page would be rendered once and shipped inside the first answer
        csrf_token_name="csrf_token",
        csrf_header_name="X-CSRFToken",
        on_error=errors.on_callback_error,
    )
    app.interpolate_index = shell.index
    access.guard(app, database)
    CSRFProtect(server)  # after the gate: a signed-out page gets 401, not 400
    security.harden(app, settings.tiles)
    for part in (errors, login, export, session_window):
        part.register(server)
    files.register(server, settings.data)
    maps.register(server, settings)
    uploading.register(server)
    errors.guard_pages(dash.page_registry.values())
    shell.name_pages(dash.page_registry.values())
    for part in (shell, navigator, news_panel, alarm_count, live, moving):
        part.register_callbacks(app)
    app.layout = shell.layout
    _prepare_callbacks(app)
    return app


def _read_text_file(response: flask.Response) -> flask.Response:
    """Read a style sheet, script or drawing whole before it is compressed: Flask-Compress would leave its file open."""
    if response.direct_passthrough and response.mimetype.startswith(("text/", "image/svg", "application/json")):
        response.direct_passthrough = False
        response.set_data(response.get_data())
    return response


def _prepare_callbacks(app: dash.Dash) -> None:
    """Let Dash set up its callbacks now: it does so in the first request, and a second one at that time finds none."""
    with app.server.test_request_context(access.LOGIN):
        app.server.preprocess_request()
