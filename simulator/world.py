"""The demo's system: Fastcars, its sites, stations and people. Plain data, the same at every start."""

from functools import cache
from typing import NamedTuple

SYSTEM = "Fastcars"
TIME_ZONE = "Europe/Stockholm"
PASSWORD = "Laddplats1"  # of every demo user; printed by the demo


class Station(NamedTuple):
    charge_box_id: str
    floor: str | None
    power_w: int
    mode: str  # OPEN | RFID
    connectors: int = 2
    online: bool = True  # False: delivered, but it has never called


class Site(NamedTuple):
    name: str
    profile: str  # workplace | housing | public: when cars come and how long they stay
    address: tuple[str, str, str]  # street, postal code, city
    position: tuple[float, float]  # latitude, longitude
    stations: tuple[Station, ...]
    grid_controllers: tuple[str, ...] = ()

    @property
    def floors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(station.floor for station in self.stations if station.floor))


class Person(NamedTuple):
    role: str
    first_name: str
    last_name: str
    sites: tuple[str, ...] = ()  # a site administrator's own ones; where an EV user charges
    id_tags: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        plain = f"{self.first_name}.{self.last_name}".lower().translate(str.maketrans("åäöé", "aaoe"))
        return f"{plain}@fastcars.example"


def _row(floor: str | None, power_w: int, mode: str, *charge_box_ids: str) -> tuple[Station, ...]:
    return tuple(
        Station(charge_box_id, floor, power_w, mode, online=charge_box_id not in NEVER_ONLINE)
        for charge_box_id in charge_box_ids
    )


def _numbers(first: int, count: int) -> list[str]:
    return [f"{number:08d}" for number in range(first, first + count)]


NEVER_ONLINE = {"00003586", "00003715"}
SILENT_DAYS = {"00003369": 2}  # lost its network so long ago
# Outlets that are out of order: (charge box id, connector) -> OCPP error code.
BROKEN = {
    ("00003239", 1): "PowerSwitchFailure",
    ("Forsbacka2766234", 1): "ConnectorLockFailure",
    ("00004082", 1): "PowerMeterFailure",
}

SITES = (
    Site(
        "Forsbacka",
        "workplace",
        ("Bruksgatan 4", "818 41", "Forsbacka"),
        (60.6156, 16.8853),
        _row(None, 11000, "RFID", "Forsbacka2766234", *_numbers(3369, 3))
        + _row(None, 3700, "OPEN", *_numbers(3372, 2)),
    ),
    Site(
        "Göteborg Lindholmen",
        "workplace",
        ("Lindholmspiren 5", "417 56", "Göteborg"),
        (57.7065, 11.9384),
        _row("P1", 11000, "RFID", *_numbers(3640, 6)) + _row("P2", 22000, "RFID", *_numbers(3650, 6)),
        ("GC Lindholmen 1",),
    ),
    Site(
        "IntSol",
        "workplace",
        ("Hamngatan 12", "602 23", "Norrköping"),
        (58.5942, 16.1826),
        _row(None, 7400, "RFID", *_numbers(3239, 4)),
    ),
    Site(
        "Malmö Hyllie",
        "public",
        ("Hyllie Stationstorg 2", "215 32", "Malmö"),
        (55.5631, 12.9764),
        _row("Plan 1", 22000, "OPEN", *_numbers(3710, 7)) + _row("Plan 2", 22000, "RFID", *_numbers(3720, 7)),
    ),
    Site(
        "Norrköping",
        "housing",
        ("Drottninggatan 50", "602 32", "Norrköping"),
        (58.5877, 16.1924),
        _row("Garage", 7400, "RFID", *_numbers(3810, 8)),
    ),
    Site(
        "Solna",
        "workplace",
        ("Solnavägen 3", "171 63", "Solna"),
        (59.3600, 18.0009),
        _row("P1", 11000, "RFID", "00003564", "00003566", "00003567", "00003584", "00003585", "00003586")
        + _row("P2", 22000, "RFID", "00003600", "00003602", "00003603", "00004079", "00004082", "00004085", "00004101"),
        ("GC Solna 1",),
    ),
    Site(
        "Uppsala",
        "housing",
        ("Kungsgatan 42", "753 21", "Uppsala"),
        (59.8580, 17.6460),
        _row(None, 11000, "RFID", *_numbers(3901, 5)) + _row(None, 3700, "OPEN", *_numbers(3906, 2)),
    ),
)

STAFF = (
    Person("site_administrator", "Erik", "Sjöberg", ("Solna",)),
    Person("site_administrator", "Karin", "Åkesson", ("Malmö Hyllie", "IntSol")),
    Person("support_user", "Johan", "Nyström"),
)

_FIRST_NAMES = (
    "Maja",
    "Oskar",
    "Linnea",
    "Mikael",
    "Sofia",
    "Amir",
    "Eva",
    "Nils",
    "Ingrid",
    "Lars",
    "Fatima",
    "Gustav",
)
_LAST_NAMES = ("Öberg", "Ek", "Dahl", "Strand", "Wallin", "Rahimi", "Blom", "Forsberg", "Lund", "Hedlund", "Berg")


def _ev_users(count: int) -> tuple[Person, ...]:
    """Make EV users; their tags are decimal or, every third, hexadecimal: both are in use."""
    people = []
    for n in range(count):
        number = 0x04A10000 + n * 7919
        people.append(
            Person(
                "ev_user",
                _FIRST_NAMES[n % len(_FIRST_NAMES)],
                _LAST_NAMES[n % len(_LAST_NAMES)],
                (SITES[n % len(SITES)].name,),
                (f"{number:08X}" if n % 3 == 0 else str(number),),
            )
        )
    return tuple(people)


EV_USERS = _ev_users(98)
PEOPLE = STAFF + EV_USERS


@cache
def ev_users_of(site: Site) -> tuple[Person, ...]:
    """Return those who charge at a site."""
    return tuple(person for person in EV_USERS if site.name in person.sites)


def as_read(id_tag: str) -> str:
    """Return a tag as readers send it: hexadecimal, whatever the notation it was entered in."""
    return f"{int(id_tag):08X}" if id_tag.isdecimal() else id_tag


def places() -> dict[str, tuple[Site, Station]]:
    """Return site and station by charge box id."""
    return {station.charge_box_id: (site, station) for site in SITES for station in site.stations}
