"""Answers a browser can trust: content security policy, cookies, and the key that signs sessions."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import dash
from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf

from components import access
from settings import Tiles

POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # AG Grid, Leaflet, Plotly and dcc write <style> elements
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def secret_key(folder: Path) -> str:
    """Return the key that signs sessions, made at the first start in a file that only this account can read."""
    file = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_hex(32))
    return file.read_text(encoding="ascii")


class Sessions(SecureCookieSessionInterface):
    """Session cookies that go over TLS only, when the request came over it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def harden(app: dash.Dash, tiles: Tiles | None) -> None:
    """Add the security headers and the token for callbacks to every answer; tiles may come from their server."""
    policy = POLICY | {"img-src": f"{POLICY['img-src']} {tiles.origin}"} if tiles else POLICY
    app.server.session_interface = Sessions()

    @app.server.after_request
    def add_headers(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if not request.path.startswith(access.OPEN_FOLDERS):
            response.headers["Cache-Control"] = "no-store"
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _written(app, policy)
            response.set_cookie("csrf_token", generate_csrf(), samesite="Lax", secure=request.is_secure)
        return response


def _written(app: dash.Dash, policy: Mapping[str, str]) -> str:
    # Asked for every answer, since the router adds a script with the first request.
    scripts = " ".join(_hash(script) for script in [*app._inline_scripts, app.renderer])
    return "; ".join(f"{name} {value}" for name, value in {**policy, "script-src": f"'self' {scripts}"}.items())


def _hash(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
