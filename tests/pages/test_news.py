"""The News panel: who may do what with it, and what it marks as read."""

import json
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from data import news
from tests.conftest import People
from tests.pages.conftest import Visitor

Visit = Callable[..., Visitor]


def output(visitor: Visitor, part: str) -> str:
    """Return the id of the callback that has an Input."""
    (found,) = (
        key
        for key, entry in visitor.app.callback_map.items()
        if any(one["id"] == part for one in entry["inputs"]) and "news" in key
    )
    return found


def save(visitor: Visitor, title: object, text: object, news_id: object = None) -> TestResponse:
    values = {"news-save.n_clicks": 1, "news-chosen.data": news_id, "news-title.value": title, "news-text.value": text}
    return visitor.call(output(visitor, "news-save"), values, ["news-save.n_clicks"])


def delete(visitor: Visitor, news_id: object) -> TestResponse:
    values = {"news-delete-now.n_clicks": 1, "news-chosen.data": news_id}
    return visitor.call(output(visitor, "news-delete-now"), values, ["news-delete-now.n_clicks"])


def panel(visitor: Visitor, is_open: bool = True) -> dict[str, str]:
    """Return what the panel shows, and what stands at the News entry."""
    values = {"news-panel.is_open": is_open}
    shown = visitor.call(output(visitor, "news-panel"), values, ["news-panel.is_open"]).json["response"]
    return {part: json.dumps(props["children"]) for part, props in shown.items()}


def test_administrator_writes_edits_and_deletes(visitor: Visit, people: People) -> None:
    alice = visitor("alice")
    save(alice, "Maintenance", "Tonight")
    ((news_id, title),) = ((item["news_id"], item["title"]) for item in news.latest(people.bob))
    assert title == "Maintenance"
    save(alice, "Maintenance", "Tomorrow", news_id)
    assert news.latest(people.bob)[0]["text"] == "Tomorrow"
    delete(alice, news_id)
    assert news.latest(people.bob) == []


@pytest.mark.parametrize("name", ["bob", "charlie", "dana", "sam"])
def test_others_read_and_may_change_nothing(visitor: Visit, people: People, name: str) -> None:
    news_id = news.write(people.alice, "Maintenance", "Tonight")
    person = visitor(name)
    items = panel(person)["news-items"]
    assert "Maintenance" in items
    assert "news-delete" not in items
    assert "news-write" not in person.shell()
    assert save(person, "Forged", "Text").status_code == 403
    assert save(person, "Forged", "Text", news_id).status_code == 403
    assert delete(person, news_id).status_code == 403
    assert [item["title"] for item in news.latest(people.alice)] == ["Maintenance"]


@pytest.mark.parametrize(("title", "text"), [("", "Text"), ("Title", None), ("x" * 200, "Text"), ("Title", "x" * 5000)])
def test_refused_item_stays_in_its_dialog(visitor: Visit, people: People, title: str, text: str | None) -> None:
    answer = save(visitor("alice"), title, text)
    assert answer.json["response"]["news-editor"]["is_open"] is True
    assert "news-items" not in answer.json["response"]
    assert news.latest(people.alice) == []


@pytest.mark.parametrize("news_id", ["1; DROP TABLE news", {"a": 1}, [1], True])
def test_forged_id_is_refused(visitor: Visit, people: People, news_id: object) -> None:
    news.write(people.alice, "Maintenance", "Tonight")
    alice = visitor("alice")
    assert save(alice, "Forged", "Text", news_id).status_code == 400
    assert delete(alice, news_id).status_code == 400
    assert len(news.latest(people.alice)) == 1


def test_item_deleted_meanwhile_is_told_and_what_was_typed_stays(visitor: Visit, people: People) -> None:
    answer = save(visitor("alice"), "Title", "Text", 999)
    assert answer.json["response"]["news-editor"]["is_open"] is True
    assert "deleted" in answer.text


def test_unread_news_are_counted_until_the_panel_is_opened(visitor: Visit, people: People) -> None:
    for title in ("First", "Second"):
        news.write(people.alice, title, "Text")
    dana = visitor("dana")
    closed = panel(dana, is_open=False)
    assert "2 unread" in closed["news-unread"]
    assert "news-items" not in closed
    opened = panel(dana)
    assert "unread" not in opened["news-unread"]
    assert '"New"' in opened["news-items"]
    assert '"New"' not in panel(dana)["news-items"]
    assert "unread" not in panel(dana, is_open=False)["news-unread"]
    assert "2 unread" in panel(visitor("sam"), is_open=False)["news-unread"]


def test_signed_out_visitor_reads_nothing(visitor: Visit, people: People) -> None:
    news.write(people.alice, "Maintenance", "Tonight")
    stranger = visitor()
    answer = stranger.call(output(stranger, "news-panel"), {"news-panel.is_open": True})
    assert answer.status_code == 401


def test_everybody_has_the_panel_and_nobody_a_page(visitor: Visit, people: People) -> None:
    for name in ("alice", "bob", "sam", "dana"):
        somebody = visitor(name)
        assert '"id": "news-panel"' in somebody.shell()
        assert somebody.client.get("/news").status_code == 404
