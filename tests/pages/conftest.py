"""The portal's web without a browser: visitors who log in, open pages and call callbacks as Dash does."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dash
import pytest
from werkzeug.test import TestResponse

from app import create_app
from components.access import ROUTER
from data.database import Database
from settings import Settings, from_env
from tests.conftest import PASSWORD

NOTHING: Mapping[str, Sequence[object]] = {}


class Visitor:
    """Somebody with a browser of their own; not logged in yet."""

    def __init__(self, app: dash.Dash) -> None:
        self.app = app
        self.client = app.server.test_client()

    def log_in(self, name: str, password: str = PASSWORD, address: str = "/login") -> TestResponse:
        """Log in as <name>@portal.example, and open the first page as a browser would."""
        self.client.get("/login")
        form = {"email": f"{name}@portal.example", "password": password, "csrf_token": self.token}
        answer = self.client.post(address, data=form)
        self.client.get("/dashboard")
        return answer

    @property
    def token(self) -> str:
        cookie = self.client.get_cookie("csrf_token")
        return cookie.value if cookie else ""

    def call(
        self,
        output: str,
        values: dict[str, Any] | None = None,
        changed: list[str] | None = None,
        each: Mapping[str, Sequence[object]] = NOTHING,
    ) -> TestResponse:
        """Call a callback by its output id, with values by `id.property`.

        Args:
            each: the components that an id with ALL stands for, by the part of the id that differs.
        """
        entry = self.app.callback_map.get(output, {"inputs": [], "state": []})
        outputs = [_several(_prop(part), each) for part in output.strip(".").split("...")]
        body = {
            "output": output,
            "outputs": outputs if output.startswith("..") else outputs[0],
            "inputs": [self._value(dependency, values or {}, each) for dependency in entry["inputs"]],
            "state": [self._value(dependency, values or {}, each) for dependency in entry["state"]],
            "changedPropIds": changed or [],
        }
        return self.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": self.token})

    def _value(self, dependency: dict[str, Any], values: dict[str, Any], each: Mapping[str, Sequence[object]]) -> Any:
        value = values.get(f"{dependency['id']}.{dependency['property']}")
        several = _several(dependency, each)
        if isinstance(several, dict):
            return {**several, "value": value}
        if not several:  # whoever they are
            return [{**dependency, "value": one} for one in value or ()]
        given = value or [one["id"] if one["property"] == "id" else None for one in several]
        return [{**one, "value": own} for one, own in zip(several, given, strict=True)]

    def page(self, address: str) -> str:
        """Return a page as the router draws it, in JSON."""
        parts = urlsplit(address)
        search = f"?{parts.query}" if parts.query else ""
        values = {"_pages_location.pathname": parts.path, "_pages_location.search": search}
        answer = self.call(ROUTER, values)
        assert answer.status_code == 200
        return json.dumps(answer.json["response"]["_pages_content"]["children"], ensure_ascii=False)

    def shell(self) -> str:
        """Return the frame around the pages, in JSON."""
        return json.dumps(self.client.get("/_dash-layout").json, ensure_ascii=False)

    def poll(self, revision: list[Any] | None = None) -> dict[str, Any]:
        """Ask for live updates; without a revision as a page does that opens."""
        (output,) = (key for key in self.app.callback_map if "live-clock.data" in key)
        answer = self.call(output, {"live-revision.data": revision}, changed=["live-ticker.n_intervals"])
        assert answer.status_code == 200
        return {part: props["data"] for part, props in answer.json["response"].items()}


def _prop(text: str) -> dict[str, str]:
    name, _, prop = text.rpartition(".")
    return {"id": name, "property": prop}


def _several(prop: dict[str, Any], each: Mapping[str, Sequence[object]]) -> Any:
    """Return a property as Dash names it; of an id with ALL a list, with one for each of the components."""
    if '["ALL"]' not in prop["id"]:
        return prop
    parts = json.loads(prop["id"])
    [open_] = [key for key, value in parts.items() if value == ["ALL"]][:1]
    return [{**prop, "id": {**parts, open_: one}} for one in each.get(open_, ())]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_env({"PORTAL_DATA": str(tmp_path)})


@pytest.fixture
def app(database: Database, settings: Settings) -> dash.Dash:
    return create_app(database, settings)


@pytest.fixture
def visitor(app: dash.Dash) -> Callable[..., Visitor]:
    """Make visitors: `visitor()` is not logged in, `visitor("alice")` is."""

    def visit(name: str | None = None) -> Visitor:
        somebody = Visitor(app)
        if name:
            assert somebody.log_in(name).status_code == 302
        return somebody

    return visit


def next_of(answer: TestResponse) -> str | None:
    """Return where a log-in page would lead to."""
    return parse_qs(urlsplit(answer.location).query).get("next", [None])[0]
