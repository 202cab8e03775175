"""What an event keeps of a user's change is read again: field, old and new value, and no secret."""

import json

import pytest

from data import news, services
from data.alarm_tables import EVENTS
from data.event_changes import FieldChange, of_details
from data.log_tables import page
from data.message_log import MASK
from tests.conftest import People


def test_a_column_is_called_as_its_form_calls_it() -> None:
    details = {"record": "site:7", "changes": {"postal_code": ["", "171 41"], "latitude": [None, 59.36]}}
    assert of_details(json.dumps(details)) == [
        FieldChange("Postal code", "", "171 41"),
        FieldChange("Latitude", None, 59.36),
    ]


def test_a_secret_stays_masked_even_if_it_was_kept() -> None:
    details = {"record": "portal_user:7", "changes": {"password": ["old secret", "new secret"]}}
    assert of_details(json.dumps(details)) == [FieldChange("Password", MASK, MASK)]


@pytest.mark.parametrize(
    "details", [None, "", "{", "[]", '{"frame": "x"}', '{"record": "site:1", "changes": {"name": 5}}']
)
def test_details_that_tell_of_no_change_or_were_cut_say_nothing(details: str | None) -> None:
    assert of_details(details) == []


def test_news_keep_what_was_edited(people: People) -> None:
    news_id = news.write(people.alice, "Green", "Words")
    news.edit(people.alice, news_id, "Greener", "Words")
    details = page(people.alice, EVENTS, None, {}, [], 0, 1).rows.to_pylist()[0]["details"]
    assert of_details(details) == [FieldChange("Title", "Green", "Greener")]


def test_every_field_of_a_service_has_its_name(people: People) -> None:
    names = dict.fromkeys(services.SERVICE.fields, ["", "x"])
    told = of_details(json.dumps({"record": "service:1", "changes": names}))
    assert [change.title for change in told] == [field.title for field in services.SERVICE.fields.values()]
