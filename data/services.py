"""Third-party services (manual: System level, Services): who they are, and the secrets they and the portal share.

A service calls the portal with its key, of which only the hash is kept. Calls to a service are signed with its signing
secret. Both are made here, handed out once, and never shown again.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

from data import edits, values
from data.database import Sql
from data.edits import Field, Record
from data.errors import AlreadyExists, InvalidInput, NotFound
from data.events import NAME, EventKind, event_of
from data.scope import Role, Scope
from data.texts import N_, told

KINDS = ("charging", "map", "payment")
ALL_OUTLETS, LISTED_OUTLETS = "all", "listed"
"""Which outlets a service has a share of: every one, or those with a value at it."""


class Secrets(NamedTuple):
    """What is shown once: the key that the service calls with, and what calls to it are signed with."""

    key: str
    signing_secret: str


def _outlets(title: str, value: object) -> str:
    if value not in (ALL_OUTLETS, LISTED_OUTLETS):
        raise InvalidInput(title, None, "must be all, or those with a value at the service.")
    return str(value)


def _seconds(title: str, value: object) -> int:
    return round(values.number_or_none(0, 86_400, 0)(title, value) or 0)


def _is_active(title: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(title, None, "must be on or off.")
    return value


SERVICE = Record(
    "service",
    "service",
    "service_id",
    site=None,
    roles=(Role.ADMINISTRATOR,),
    fields={
        "provider": Field("Service provider", values.name),
        "description": Field("Description", values.text()),
        "url": Field("Service URL", values.url("https", "http")),
        "outlets": Field("Outlets", _outlets),
        "energy_every_s": Field(N_("Energy updates"), _seconds),
        "is_active": Field("Active", _is_active),
    },
    subject="service",
)


def all_services(scope: Scope) -> list[dict[str, Any]]:
    """Return the services without their secrets: service_id, kind, name, provider, description, url, is_active,
    last_contact_at, last_failure_at.

    Raises:
        NotPermitted: the user has no System level.
    """
    scope.require(Role.ADMINISTRATOR, Role.SUPPORT_USER, action=N_("see services"))
    rows = scope.database.query(
        """SELECT service_id, kind, name, provider, description, url, is_active, last_contact_at, last_failure_at
           FROM service WHERE removed_at IS NULL ORDER BY name"""
    )
    return list(rows.to_pylist())


def create(scope: Scope, kind: str, name: str, provider: str) -> tuple[int, Secrets]:
    """Add a service that is not active yet; return its service_id, and its secrets for this once.

    Raises:
        NotPermitted: the user is no administrator.
        InvalidInput: no such kind, or no name.
        AlreadyExists: a service has that name.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("add services"))
    if kind not in KINDS:
        raise InvalidInput("Service", kind, "is none of charging, map and payment.")
    made = _new_secrets()
    name, provider = values.name("Name", name), values.name("Service provider", provider)
    sql = """INSERT INTO service (kind, name, provider, key_hash, signing_secret)
             SELECT $kind, $name, $provider, $key_hash, $signing_secret
             WHERE NOT EXISTS (SELECT 1 FROM service WHERE lower(name) = lower($name) AND removed_at IS NULL)
             RETURNING service_id"""
    row = {"kind": kind, "name": name, "provider": provider, **_kept(made)}
    noted = _noted(
        scope, N_("%(who)s added the service %(service)s."), "key_hash = $key_hash", {"key_hash": row["key_hash"]}
    )
    created = scope.database.write([Sql(sql, row), noted], changed=[("service", 0), ("event", 0)])[0]
    if not created.num_rows:
        raise AlreadyExists("service", name, "name")
    return int(created["service_id"][0].as_py()), made


def renew_secrets(scope: Scope, service_id: int) -> Secrets:
    """Make new secrets, which end the old ones at once, and return them for this once.

    Raises:
        NotFound: there is no such service for this user.
        NotPermitted: the user is no administrator.
    """
    edits.read(scope, SERVICE, service_id)
    scope.require(Role.ADMINISTRATOR, action=N_("renew secrets"))
    made = _new_secrets()
    sql = """UPDATE service SET key_hash = $key_hash, signing_secret = $signing_secret
             WHERE service_id = $id AND removed_at IS NULL RETURNING name"""
    row = {"id": service_id, **_kept(made)}
    ours = {"id": service_id, "key_hash": row["key_hash"]}
    noted = _noted(
        scope,
        N_("%(who)s renewed the secrets of the service %(service)s."),
        "service_id = $id AND key_hash = $key_hash",
        ours,
    )
    if not scope.database.write([Sql(sql, row), noted], changed=[("service", service_id), ("event", 0)])[0].num_rows:
        raise NotFound("service", service_id)
    return made


def remove(scope: Scope, service_id: int) -> str:
    """Remove a service, whose key opens nothing any more; return its name.

    Raises:
        NotFound: there is no such service.
        NotPermitted: the user is no administrator.
    """
    scope.require(Role.ADMINISTRATOR, action=N_("remove services"))
    sql = """UPDATE service SET removed_at = $now, is_active = FALSE, key_hash = '', signing_secret = ''
             WHERE service_id = $id AND removed_at IS NULL RETURNING name"""
    params = {"now": datetime.now(UTC), "id": service_id}
    noted = _noted(
        scope,
        N_("%(who)s removed the service %(service)s."),
        "service_id = $id AND removed_at IS NULL",
        {"id": service_id},
    )
    removed = scope.database.write([noted, Sql(sql, params)], changed=[("service", service_id), ("event", 0)])[1]
    if not removed.num_rows:
        raise NotFound("service", service_id)
    return str(removed["name"][0].as_py())


def hash_of(key: str) -> str:
    """Return the hash of a service's key. Keys are random and long, so a fast hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def _new_secrets() -> Secrets:
    signing_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()  # as Standard Webhooks writes them
    return Secrets(secrets.token_urlsafe(32), signing_secret)


def _kept(made: Secrets) -> dict[str, object]:
    return {"key_hash": hash_of(made.key), "signing_secret": made.signing_secret}


def _noted(scope: Scope, template: str, condition: str, params: dict[str, object]) -> Sql:
    """Note for the same commit what was done with the service that a condition finds."""
    text = told(template, who=edits.who(scope), service=NAME)
    return event_of(f"service WHERE {condition}", params, EventKind.CONFIGURED, text, user_id=scope.user_id)
