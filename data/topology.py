"""The levels above charging stations, as forms change them: system, site and floor (manual: Configuration)."""

from data import values
from data.edits import Field, Record
from data.scope import Role

DESCRIPTION = Field("Description", values.text())

SYSTEM = Record(
    "system",
    "system",
    "system_id",
    site=None,
    roles=(Role.ADMINISTRATOR,),
    fields={
        "name": Field("System name", values.name),
        "description": DESCRIPTION,
        "time_zone": Field("Time zone", values.time_zone),
        "ocpp15_url": Field("OCPP 1.5 Url", values.url("http", "https")),
        "ocpp16_url": Field("OCPP 1.6 Url", values.url("ws", "wss")),
        "ftp_url": Field("FTP Server", values.url("ftp", "ftps")),
    },
    alive="TRUE",
)

SITE = Record(
    "site",
    "site",
    "site_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    fields={
        "name": Field("Name", values.name),
        "identification": Field("Identification", values.text(100)),
        "description": DESCRIPTION,
        "time_zone": Field("Time zone", values.time_zone),
    },
    unique={"name": "other.removed_at IS NULL"},
)

FLOOR = Record(
    "floor",
    "floor",
    "floor_id",
    site="site_id",
    roles=(Role.ADMINISTRATOR, Role.SITE_ADMINISTRATOR),
    fields={"name": Field("Name", values.name)},
    unique={"name": "other.removed_at IS NULL AND other.site_id = floor.site_id"},
)
