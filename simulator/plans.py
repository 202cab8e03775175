"""Where the demo's stations stand: on a drawn plan of their floor, or beside their site."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from data import addresses, edits, floor_maps, floor_positions
from data.database import Database
from data.floor_positions import Move, Place
from data.scope import Role, Scope

WIDTH, HEIGHT = 1600, 1000  # pixels
PLACES = 18  # in each of two rows
WALL, ROW = 40, 210  # pixels
INK, LINE, PAPER = "#3a414d", "#9aa3ae", "#fbfbfa"
APART = 0.00025  # degrees between stations beside their site


def place(database: Database, data: Path) -> None:
    """Give each floor a plan with its stations on it, and stations on no floor a position."""
    scope = Scope(database, 0, Role.ADMINISTRATOR, None)
    for floor in database.query("SELECT floor_id, name FROM floor WHERE removed_at IS NULL").to_pylist():
        floor_maps.bring(scope, data, floor["floor_id"], f"{floor['name']}.jpg", drawn(floor["name"]))
        standing = floor_positions.of_floor(scope, floor["floor_id"])
        at = spots(len(standing))
        moves = {one.station_id: Move(None, spot) for one, spot in zip(standing, at, strict=False)}
        floor_positions.move(scope, floor["floor_id"], moves)
    outdoors = database.query(
        """SELECT station_id, site.latitude, site.longitude,
                  row_number() OVER (PARTITION BY site_id ORDER BY station_id) AS number
           FROM charging_station JOIN site USING (site_id)
           WHERE floor_id IS NULL AND site.latitude IS NOT NULL"""
    ).to_pylist()
    for one in outdoors:
        seen = edits.read(scope, addresses.STATION, one["station_id"])
        beside = {"latitude": one["latitude"] + APART, "longitude": one["longitude"] + APART * one["number"]}
        edits.save(scope, addresses.STATION, one["station_id"], seen, beside)


def spots(stations: int) -> Sequence[Place]:
    """Return where stations stand, each between two places: the upper row first, then the lower."""
    width = (WIDTH - 2 * WALL) / PLACES
    upper = [((WALL + 2 * (n + 1) * width) / WIDTH, (WALL + 24) / HEIGHT) for n in range(PLACES // 2 - 1)]
    lower = [(x, 1 - y) for x, y in upper]
    return (upper + lower)[:stations]


def drawn(name: str) -> bytes:
    """Draw a garage as a JPG."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    width = (WIDTH - 2 * WALL) / PLACES
    for number in range(PLACES + 1):
        x = WALL + number * width
        for y in (WALL, HEIGHT - WALL - ROW):
            pen.line([x, y, x, y + ROW], fill=LINE, width=3)
        if number < PLACES:
            pen.text((x + width / 2, WALL + ROW - 16), str(number + 1), fill=INK, anchor="ms", font_size=22)
            pen.text(
                (x + width / 2, HEIGHT - WALL - ROW + 34), str(PLACES + number + 1), fill=INK, anchor="ms", font_size=22
            )
    pen.rectangle([WALL, WALL, WIDTH - WALL, HEIGHT - WALL], outline=INK, width=9)
    pen.text((WIDTH / 2, HEIGHT / 2), name, fill=LINE, anchor="mm", font_size=64)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()
