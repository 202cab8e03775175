"""Services: their secrets are made here, shown once, and never come back out; administrators change them."""

import pytest

from data import edits, service_deliveries, services
from data.errors import AlreadyExists, InvalidInput, NotFound, NotPermitted, PortalError
from data.services import SERVICE
from tests.conftest import People


def row(people: People) -> dict[str, object]:
    return dict(people.alice.database.query("SELECT * FROM service").to_pylist()[0])


def test_secrets_are_shown_when_made_and_the_key_is_kept_as_a_hash_only(people: People) -> None:
    service_id, made = services.create(people.alice, "payment", "Pay", "Easy")
    assert row(people)["key_hash"] == services.hash_of(made.key)
    assert row(people)["is_active"] is False
    shown = str(services.all_services(people.alice)) + str(edits.read(people.alice, SERVICE, service_id))
    noted = str(people.alice.database.query("SELECT * FROM event").to_pylist())
    for secret in (*made, str(row(people)["key_hash"])):
        assert secret not in shown + noted


def test_new_secrets_end_the_old_ones(people: People) -> None:
    service_id, made = services.create(people.alice, "map", "Map", "Nobil")
    renewed = services.renew_secrets(people.alice, service_id)
    assert set(renewed).isdisjoint(made)
    assert row(people)["key_hash"] == services.hash_of(renewed.key)
    services.remove(people.alice, service_id)
    assert (row(people)["key_hash"], row(people)["signing_secret"]) == ("", "")
    with pytest.raises(NotFound):
        services.renew_secrets(people.alice, service_id)


def test_a_service_is_activated_and_the_event_says_so(people: People) -> None:
    service_id, _made = services.create(people.alice, "map", "Map", "Nobil")
    seen = edits.read(people.alice, SERVICE, service_id)
    edits.save(people.alice, SERVICE, service_id, seen, seen | {"is_active": True, "url": "https://nobil.example/in"})
    assert services.all_services(people.sam)[0]["is_active"] is True
    texts = people.alice.database.query("SELECT text FROM event ORDER BY logged_at")["text"].to_pylist()
    assert texts[-1] == "alice@portal.example changed Service URL, Active of service Map."


def test_what_cannot_be_is_refused(people: People) -> None:
    services.create(people.alice, "map", "Map", "Nobil")
    with pytest.raises(AlreadyExists):
        services.create(people.alice, "map", "MAP ", "Nobil")
    for kind, name, provider in (("spy", "A", "B"), ("map", " ", "B"), ("map", "A", "x" * 101)):
        with pytest.raises(InvalidInput):
            services.create(people.alice, kind, name, provider)


def test_only_administrators_change_services_and_only_the_system_level_sees_them(people: People) -> None:
    service_id, _made = services.create(people.alice, "map", "Map", "Nobil")
    for scope in (people.bob, people.sam, people.dana, people.charlie):
        for attempt in (
            lambda scope=scope: services.create(scope, "map", "B", "B"),
            lambda scope=scope: services.renew_secrets(scope, service_id),
            lambda scope=scope: services.remove(scope, service_id),
            lambda scope=scope: service_deliveries.send_now(scope, service_id),
            lambda scope=scope: edits.save(scope, SERVICE, service_id, {}, {"provider": "Mine"}),
        ):
            with pytest.raises(PortalError):
                attempt()
    assert len(services.all_services(people.sam)) == 1
    for scope in (people.bob, people.dana):
        with pytest.raises(NotPermitted):
            services.all_services(scope)
