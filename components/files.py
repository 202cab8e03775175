"""Files over HTTP: stations' uploads and floors' maps are fetched, software images are brought, each by who may."""

from pathlib import Path

import flask
from flask import Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from components.access import current_scope
from components.texts import said
from data import floor_maps, software_images, station_files
from data.errors import NotFound, NotPermitted, PortalError

FOLDER = "data_folder"
"""Where the application keeps the data folder, in its extensions."""


def register(server: flask.Flask, data: Path) -> None:
    """Make the routes; the gate has let nobody in who is not signed in."""
    server.extensions[FOLDER] = data

    @server.get("/files/<int(max=2147483647):file_id>")
    def fetch_file(file_id: int) -> Response:
        try:
            name, path = station_files.find(current_scope(), data, file_id)
        except (NotFound, NotPermitted):
            flask.abort(404)
        return flask.send_file(path, as_attachment=True, download_name=name, mimetype="application/octet-stream")

    @server.get("/floor-map/<int:floor_id>")
    def show_floor_map(floor_id: int) -> Response:
        try:
            found, path = floor_maps.find(current_scope(), data, floor_id)
        except NotFound:
            flask.abort(404)
        answer = flask.send_file(path, mimetype="image/jpeg", download_name=found.name, etag=found.sha256)
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        return answer

    @server.post("/software")
    def bring_image() -> tuple[str, int]:
        """Keep an image sent as the form's `file`, with `model`; the answer is what to tell the user."""
        request.max_content_length = software_images.LARGEST + (1 << 20)
        try:
            file = request.files.get("file")
            if file is None or not file.filename:
                return _("Choose a file first."), 400
            model = str(request.form.get("model", ""))
            image = software_images.add(current_scope(), data, Path(file.filename).name, model, file.stream)
        except RequestEntityTooLarge:
            return too_large(), 413
        except NotPermitted as error:
            return said(error), 403
        except PortalError as error:
            return said(error), 400
        return image.name, 201


def too_large() -> str:
    """Return what is said of a software image that is too large."""
    return _("The file is larger than %(largest)s MiB.", largest=software_images.LARGEST >> 20)


def folder() -> Path:
    """Return the data folder of the running application."""
    data: Path = flask.current_app.extensions[FOLDER]
    return data
