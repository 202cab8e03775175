"""The description is a sound OpenAPI 3.1 document of exactly what the portal serves."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from csms.services import api
from csms.services.api import ServicesApi
from data.service_deliveries import Event
from tests.csms.portal import Portal
from tests.csms.services.document import Json, document, response

METHODS = {"get", "post"}


def nodes(part: Any, path: str = "#") -> Iterator[tuple[str, Any]]:
    yield path, part
    parts = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, inner in parts:
        yield from nodes(inner, f"{path}/{key}")


def operations(described: Json) -> Iterator[tuple[str, Json, Json]]:
    for path, item in described["paths"].items():
        for method in METHODS & item.keys():
            yield path, item, item[method]


async def test_every_route_is_described_and_nothing_else(portal: Portal) -> None:
    described = document()
    served = {(route.method, route.path) for route in ServicesApi(portal.central).routes()}
    told = {(method.upper(), path) for path, item in described["paths"].items() for method in METHODS & item.keys()}
    assert served - {("GET", "/api/openapi.json")} == told


def test_every_reference_leads_somewhere_and_everything_is_used() -> None:
    described = document()
    references = {part["$ref"] for _path, part in nodes(described) if isinstance(part, dict) and "$ref" in part}
    places = {path for path, _part in nodes(described)}
    assert references <= places
    for kind in ("schemas", "responses"):
        assert {f"#/components/{kind}/{name}" for name in described["components"][kind]} <= references


def test_every_schema_is_one() -> None:
    for name, schema in document()["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert name


def test_every_operation_says_its_parameters_and_answers() -> None:
    described = document()
    assert described["openapi"].startswith("3.1.")
    assert {"title", "version"} <= described["info"].keys()
    names = []
    for path, item, operation in operations(described):
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        in_path = {one["name"] for one in parameters if one["in"] == "path" and one["required"]}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))
        assert operation["summary"]
        assert {"200", "401", "403", "429"} <= operation["responses"].keys()
        assert all(response(described, one)["description"] for one in operation["responses"].values())
        names.append(operation["operationId"])
    assert len(set(names)) == len(names)
    (scheme,) = (name for one in described["security"] for name in one)
    assert described["components"]["securitySchemes"][scheme] == {
        "type": "http", "scheme": "bearer",
        "description": described["components"]["securitySchemes"][scheme]["description"],
    }  # fmt: skip


def test_every_notification_is_described() -> None:
    described = document()
    assert {item["post"]["operationId"] for item in described["webhooks"].values()} == set(Event)
    limits = described["components"]["schemas"]["Start"]["properties"]
    assert limits["reference"]["maxLength"] == api.LONGEST_REFERENCE
