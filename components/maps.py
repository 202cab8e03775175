"""Maps of the world: tiles where they are configured, and below them an outline that the portal serves itself.

A map is a `dash_leaflet` map in a box that tells assets/maps.js by `data-map` what to draw in it: the position of an
address, or the sites and stations of the Dashboard.
"""

import html as markup
import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_leaflet as dl
import flask
from dash import html
from flask_babel import gettext as _
from flask_babel import ngettext

from components import states
from components.format import NO_BREAK, number
from data.addresses import PlacedSite, PlacedStation
from settings import Settings, Tiles

SETTINGS = "map_settings"
"""Where the application keeps the settings of maps, in its extensions."""

WORLD = (50.0, 12.0)
WORLD_ZOOM = 4
PLACE_ZOOM = 15
OUTLINE_ZOOM = 6  # nearer, an outline alone is empty
NEAREST_ZOOM = 19


def register(server: flask.Flask, settings: Settings) -> None:
    server.extensions[SETTINGS] = settings


def geocoder() -> str:
    """Return the address of the geocoder; empty if there is none."""
    return _settings().geocoder


def box(kind: str, label: str, position: Sequence[float] | None = None, **props: Any) -> html.Div:
    """Return a map of the world.

    Args:
        kind: what assets/maps.js draws in it.
        label: its accessible name.
        position: the latitude and longitude it opens at; none: a part of the world.
    """
    tiles = _settings().tiles
    near = PLACE_ZOOM if tiles else OUTLINE_ZOOM
    world = dl.Map(
        children=[dl.ScaleControl(imperial=False, position="bottomleft"), *([_layer(tiles)] if tiles else [])],
        center=list(position or WORLD),
        zoom=near if position else WORLD_ZOOM,
        minZoom=1,
        maxZoom=NEAREST_ZOOM,
        zoomControl=False,
        attributionControl=bool(tiles),
        trackViewport=False,
    )
    return frame(world, kind, label, **{"data-near": str(near), "data-outline": str(OUTLINE_ZOOM)}, **props)


def places(shown: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the property of a map's box that holds its places."""
    return {"data-places": json.dumps(shown, ensure_ascii=False)}


def site(one: PlacedSite) -> dict[str, Any]:
    """Return a site as assets/maps.js draws it."""
    count = {"fault": one.fault, "charging": one.charging}.get(one.state, 0)
    told = states.counted(one.state, count) if count else states.STATES[one.state].word
    stations = number(one.stations) + NO_BREAK + ngettext("station", "stations", one.stations)
    return _place(f"site:{one.site_id}", one, f"{one.name}: {told}, {stations}")


def station(one: PlacedStation) -> dict[str, Any]:
    """Return a station as assets/maps.js draws it."""
    return _place(f"station:{one.station_id}", one, f"{one.name}: {states.STATES[one.state].word}")


def _place(ref: str, one: PlacedSite | PlacedStation, label: str) -> dict[str, Any]:
    look = states.STATES[one.state]
    at = [one.latitude, one.longitude]
    return {"ref": ref, "at": at, "name": one.name, "look": look.colour, "glyph": look.glyph, "label": label}


def frame(drawn: dl.Map, kind: str, label: str, **props: Any) -> html.Div:
    """Return the box around a map."""
    words = {"data-label": label, "data-in": _("Zoom in"), "data-out": _("Zoom out")}
    fingers = {"data-fingers": _("Move the map with two fingers")}
    return html.Div(drawn, className="cp-map", **{"data-map": kind}, **words, **fingers, **props)


def _layer(tiles: Tiles) -> dl.TileLayer:
    return dl.TileLayer(
        url=tiles.url,
        attribution=markup.escape(tiles.source),  # Leaflet takes it for markup
        maxZoom=NEAREST_ZOOM,
        referrerPolicy="strict-origin-when-cross-origin",  # tile servers want to know which portal asks
    )


def _settings() -> Settings:
    settings: Settings = flask.current_app.extensions[SETTINGS]
    return settings
