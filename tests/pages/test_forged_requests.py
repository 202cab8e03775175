"""What no page of the portal sends: it is refused and explained, and nothing of it is data, a fault or in the log."""

import json
from collections.abc import Callable
from typing import Any

import dash
import pytest
from werkzeug.test import TestResponse

from components.access import ROUTER
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]
CALLBACK = "/_dash-update-component"
NO_ROWS = 10**40  # a number that no row can have
HALF_A_CHARACTER = "\ud800"
VALUES = [
    [],
    [[]],
    {},
    {"a": {"b": []}},
    "x",
    HALF_A_CHARACTER,
    -1,
    10**40,
    0.5,
    float("nan"),
    True,
    [None],
    "x" * 99_999,
]


@pytest.fixture
def alice(visitor: Visit, people: People) -> Visitor:
    return visitor("alice")


def _post(somebody: Visitor, body: str) -> TestResponse:
    headers = {"X-CSRFToken": somebody.token, "Content-Type": "application/json"}
    return somebody.client.post(CALLBACK, data=body, headers=headers)


def _is_explained(answer: TestResponse) -> bool:
    """Tell whether the answer is a result or a refusal, and never a fault of the portal's."""
    return (
        answer.status_code in (200, 204, 400, 403, 404) and "E-" not in answer.text and "Traceback" not in answer.text
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        "null",
        "[]",
        "7",
        '"x"',
        "{}",
        '{"output": []}',
        '{"output": {}}',
        '{"output": null}',
        "[" * 100_000,
        json.dumps({"output": ROUTER}),
        json.dumps({"output": ROUTER, "outputs": [], "inputs": 7, "state": {}}),
        json.dumps({"output": ROUTER, "outputs": 7, "inputs": [7, 7], "state": [], "changedPropIds": [7]}),
        json.dumps({"output": ROUTER, "outputs": [], "inputs": [], "state": [], "changedPropIds": 7}),
        json.dumps({"output": ROUTER, "outputs": [7], "inputs": [{}, {}], "state": [[[[]]]]}),
    ],
)
def test_callback_request_that_is_none_is_refused(alice: Visitor, body: str) -> None:
    answer = _post(alice, body)
    assert answer.status_code == 400
    assert "E-" not in answer.text


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
def test_no_value_of_any_callback_is_a_fault(app: dash.Dash, alice: Visitor, value: Any) -> None:
    for output, entry in app.callback_map.items():
        if not entry.get("callback"):
            continue
        for wanted in [*entry["inputs"], *entry["state"]]:
            name = f"{wanted['id']}.{wanted['property']}"
            given = [value] if '["ALL"]' in name and not isinstance(value, list) else value
            answer = alice.call(output, {name: given}, changed=[name])
            assert _is_explained(answer), (output, name, answer.text[:300])


@pytest.mark.parametrize(
    ("prop", "value"),
    [
        ("files-pressed.data", {"of": NO_ROWS}),
        ("software-pressed.data", {"of": NO_ROWS}),
        ("services-pressed.data", {"of": NO_ROWS}),
        ("service-renewal.data", {"of": NO_ROWS}),
        ("service-removal.data", {"of": NO_ROWS}),
        ("alarms-undo.data", {"alarms": [NO_ROWS]}),
        ("control-acting.data", {"of": {"what": "cancel", "which": NO_ROWS}}),
        ("users-wish.data", {"action": "edit", "user": NO_ROWS}),
        ("control-asked.data", {}),
        ("control-asked.data", {"kind": "nothing", "connector_id": 1, "stations": [1], "names": ["x"]}),
        ("control-asked.data", {"kind": "reboot", "connector_id": 1, "stations": ["x"], "names": ["x"]}),
        ("control-asked.data", {"kind": "reboot", "connector_id": 1, "stations": [NO_ROWS], "names": ["x"]}),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(app: dash.Dash, alice: Visitor, prop: str, value: Any) -> None:
    given = {prop: value, "control-send.n_clicks": 1, "control-node.data": "system:1"}
    asked = [
        output
        for output, entry in app.callback_map.items()
        if entry.get("callback")
        and any(f"{one['id']}.{one['property']}" == prop for one in (*entry["inputs"], *entry["state"]))
    ]
    assert asked
    for output in asked:
        assert alice.call(output, given, [prop]).status_code == 400, output


def test_a_file_of_a_number_that_none_has_is_not_there(alice: Visitor) -> None:
    assert alice.client.get(f"/files/{NO_ROWS}").status_code == 404


@pytest.mark.parametrize("outputs", [{}, None, 7, "x", [7], [{}], [{"id": "x"}] * 9])
def test_forged_outputs_are_refused(app: dash.Dash, alice: Visitor, outputs: Any) -> None:
    for output, entry in app.callback_map.items():
        if entry.get("callback"):
            every = '["ALL"]'
            inputs, state = (
                [[] if every in one["id"] else one | {"value": None} for one in entry[key]]
                for key in ("inputs", "state")
            )
            body = {
                "output": output,
                "outputs": outputs,
                "inputs": inputs,
                "state": state,
                "changedPropIds": [],
            }
            assert _post(alice, json.dumps(body)).status_code == 400, output


@pytest.mark.parametrize(
    "query", ["node=a&node=b", "session_id=x&session_id=y", "f=a&f=b", "pathname_=x", "=", "node="]
)
@pytest.mark.parametrize("path", ["/dashboard", "/statistics", "/session/S-1", "/nowhere"])
def test_odd_query_is_no_fault(alice: Visitor, path: str, query: str) -> None:
    page = alice.page(f"{path}?{query}")
    assert "E-" not in page
    assert alice.client.get(f"{path}?{query}").status_code in (200, 404)


@pytest.mark.parametrize(
    "address",
    [
        "/_dash-component-suites/nothing/here.js",
        "/_dash-component-suites/dash/../../app.py",
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/bootstrap/static/../../app.py",
        "/assets/nothing.js",
    ],
)
def test_file_that_is_not_public_is_not_there(visitor: Visit, people: People, address: str) -> None:
    answer = visitor().client.get(address)
    assert answer.status_code in (302, 404)
    assert "E-" not in answer.text


@pytest.mark.parametrize("address", ["/healthzz", "/healthz/x", "/_favicon.ico.x", "/loginx", "/assets"])
def test_only_the_open_addresses_are_open(visitor: Visit, people: People, address: str) -> None:
    assert visitor().client.get(address).status_code in (302, 401)


@pytest.mark.parametrize(
    "request_",
    [
        {"startRow": -5, "endRow": 10},
        {"startRow": 10**30, "endRow": 10**30 + 1},
        {"startRow": 9, "endRow": -9},
        {"startRow": 0, "endRow": 10**9},
        {"filterModel": {"password_hash": {"type": "contains", "filter": "a"}}},
        {"filterModel": {"email": {"type": "contains", "filter": "' OR 1=1 --\x00"}}},
        {"filterModel": {"email": {"type": {"a": "b"}, "filter": {"a": []}}}},
        {"filterModel": {"start": {"type": "equals", "dateFrom": "0002-01-01"}}},
        {"filterModel": {"start": {"type": "inRange", "dateFrom": "9998-12-31", "dateTo": "0002-01-01"}}},
        {"filterModel": {"duration": {"type": "equals", "filter": 1e308}}},
        {"sortModel": [{"colId": "start; DROP TABLE session", "sort": "asc"}]},
        {"sortModel": [{"colId": "start", "sort": "sideways"}]},
        {"sortModel": [{}]},
        {"startRow": "0; DROP TABLE session"},
        {"startRow": [0]},
        {"endRow": float("nan")},
        {"filterModel": {"email": []}},
        {"filterModel": [1]},
        {"sortModel": [{"colId": [], "sort": "asc"}]},
        {"sortModel": ["start"]},
        {"sortModel": [{"colId": "energy", "sort": "desc"}] * 500},
    ],
    ids=lambda request: str(request)[:50],
)
def test_impossible_rows_are_none_or_refused(alice: Visitor, people: People, request_: dict[str, Any]) -> None:
    request = {"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": []} | request_
    answer = alice.call("sessions.getRowsResponse", {"sessions.getRowsRequest": request})
    assert _is_explained(answer), answer.text[:500]
    assert people.alice.database.query("SELECT * FROM session").num_rows == 0
