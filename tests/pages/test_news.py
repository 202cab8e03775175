"""The News page: who may do what with it, and what it marks as read."""

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


def unread(visitor: Visitor, path: str = "/dashboard") -> str:
    answer = visitor.call("news-unread.children", {"url.pathname": path})
    return json.dumps(answer.json["response"]["news-unread"]["children"])


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
    page = person.page("/news")
    assert "Maintenance" in page
    assert "news-write" not in page
    assert "news-delete" not in page
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


def test_unread_news_are_counted_until_the_page_is_opened(visitor: Visit, people: People) -> None:
    for title in ("First", "Second"):
        news.write(people.alice, title, "Text")
    dana = visitor("dana")
    assert "2 unread" in unread(dana)
    assert "unread" not in unread(dana, "/news")
    assert '"New"' in dana.page("/news")
    assert '"New"' not in dana.page("/news")
    assert "unread" not in unread(dana)
    assert "2 unread" in unread(visitor("sam"))


def test_signed_out_visitor_reads_nothing(visitor: Visit, people: People) -> None:
    news.write(people.alice, "Maintenance", "Tonight")
    assert visitor().client.get("/news").status_code == 302


def test_everybody_has_the_news_entry(visitor: Visit, people: People) -> None:
    for name in ("alice", "bob", "sam", "dana"):
        assert '"data-page": "/news"' in visitor(name).shell()
