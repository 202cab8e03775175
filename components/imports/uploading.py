"""Bringing a file over HTTP, larger than what a callback carries; and fetching the lines that were not taken."""

import csv
import io
from pathlib import Path

import flask
from dash import html
from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from components import files
from components.access import current_scope
from components.imports.words import COLUMNS, why
from components.menus import icon
from components.texts import said
from data.errors import NotFound, NotPermitted, PortalError
from data.imports import uploads
from data.imports.taking import KINDS


def drop_zone(kind: str) -> html.Div:
    """Return where a file is dropped or chosen, with the columns it may have."""
    columns = KINDS[kind].columns
    needs = ", ".join(str(COLUMNS[name]) for name in columns.required)
    may = ", ".join(str(COLUMNS[name]) for name in columns.optional)
    choose = html.Button(
        [icon("bi-upload"), _("Choose file")],
        type="button",
        className="btn btn-primary",
        **{"data-import-choose": kind},
    )
    return html.Div(
        [
            html.Div(
                [
                    html.P(_("Drop a CSV or Excel file here, up to %(size)s MiB.", size=uploads.LARGEST >> 20)),
                    choose,
                ],
                className="cp-drop",
                **{"data-import-drop": kind},
            ),
            html.Dl(
                [
                    html.Dt(_("Needs")),
                    html.Dd(needs),
                    html.Dt(_("May have")),
                    html.Dd(may),
                ],
                className="cp-dl cp-t13 mt-3 mb-0",
            ),
        ],
        className="card-body",
    )


def register(server: flask.Flask) -> None:
    """Make the routes; the gate has let nobody in who is not signed in."""

    @server.post("/import/<kind>")
    def bring(kind: str) -> tuple[str, int]:
        """Keep a file sent as the form's `file`; the answer is its import's number, or what to tell the user."""
        request.max_content_length = uploads.LARGEST + (1 << 20)
        try:
            file = request.files.get("file")
            if file is None or not file.filename:
                return _("Choose a file first."), 400
            name = Path(file.filename).name
            return str(uploads.keep(current_scope(), files.folder(), kind, name, file.stream)), 201
        except RequestEntityTooLarge:
            return _("The file is larger than %(size)s MiB. Split it.", size=uploads.LARGEST >> 20), 413
        except NotPermitted as error:
            return said(error), 403
        except PortalError as error:
            return said(error), 400

    @server.get("/import/<int:import_id>/refused.csv")
    def fetch_refused(import_id: int) -> Response:
        try:
            columns, refused = uploads.refused_lines(current_scope(), files.folder(), import_id)
        except (NotFound, NotPermitted):
            flask.abort(404)
        lines = [
            [*columns, _("Line"), _("Reason")],
            *([*cells, one.line, why(one.column, one.value, one.why)] for cells, one in refused),
        ]
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
        name = _("not taken %(number)s", number=import_id) + ".csv"
        return flask.send_file(file, "text/csv", as_attachment=True, download_name=name, max_age=0)
