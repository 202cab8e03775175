"""News: who writes them, what can be written, and what is new to whom."""

import pytest

from data import news
from data.database import Database
from data.errors import InvalidInput, NotFound, NotPermitted
from data.scope import Scope
from tests.conftest import People


def titles(scope: Scope) -> list[str]:
    return [item["title"] for item in news.latest(scope)]


def test_everybody_reads_news_newest_first(people: People) -> None:
    for title in ("First", "Second"):
        news.write(people.alice, title, "Text")
    for scope in (people.alice, people.bob, people.charlie, people.dana, people.sam):
        assert titles(scope) == ["Second", "First"]


@pytest.mark.parametrize("name", ["bob", "charlie", "dana", "sam"])
def test_only_administrators_write_edit_and_delete(people: People, name: str) -> None:
    scope = getattr(people, name)
    news_id = news.write(people.alice, "Title", "Text")
    with pytest.raises(NotPermitted):
        news.write(scope, "Other", "Text")
    with pytest.raises(NotPermitted):
        news.edit(scope, news_id, "Other", "Text")
    with pytest.raises(NotPermitted):
        news.delete(scope, news_id)
    assert titles(people.alice) == ["Title"]


@pytest.mark.parametrize(
    ("title", "text"),
    [("", "Text"), (" ", "Text"), ("Title", "\n"), ("x" * 121, "Text"), ("Title", "x" * 4001)],
)
def test_title_and_text_are_neither_empty_nor_too_long(people: People, title: str, text: str) -> None:
    news_id = news.write(people.alice, "Title", "Text")
    with pytest.raises(InvalidInput):
        news.write(people.alice, title, text)
    with pytest.raises(InvalidInput):
        news.edit(people.alice, news_id, title, text)


def test_news_are_unread_per_user_until_seen(people: People) -> None:
    first = news.write(people.alice, "First", "Text")
    news.write(people.alice, "Second", "Text")
    news.mark_read(people.bob, first)
    assert [news.count_unread(scope) for scope in (people.bob, people.dana)] == [1, 2]
    assert [item["is_new"] for item in news.latest(people.bob)] == [True, False]


def test_an_older_item_read_later_makes_nothing_unread_again(people: People) -> None:
    first, second = (news.write(people.alice, title, "Text") for title in ("First", "Second"))
    news.mark_read(people.bob, second)
    news.mark_read(people.bob, first)
    assert news.count_unread(people.bob) == 0


def test_own_news_are_not_new(people: People) -> None:
    news.write(people.alice, "Title", "Text")
    assert news.count_unread(people.alice) == 0


def test_edited_item_is_not_new_again(people: People) -> None:
    news_id = news.write(people.alice, "Title", "Text")
    news.mark_read(people.bob, news_id)
    news.edit(people.alice, news_id, "Better title", "Text")
    assert titles(people.bob) == ["Better title"]
    assert news.count_unread(people.bob) == 0


def test_deleted_item_is_gone_and_its_words_are_in_the_event_log(people: People, database: Database) -> None:
    news_id = news.write(people.alice, "Title", "Words of the item")
    news.delete(people.alice, news_id)
    assert titles(people.bob) == []
    assert news.count_unread(people.bob) == 0
    with pytest.raises(NotFound):
        news.delete(people.alice, news_id)
    with pytest.raises(NotFound):
        news.edit(people.alice, news_id, "Title", "Text")
    events = database.query("SELECT details FROM event WHERE text LIKE 'News were deleted%'").to_pylist()
    assert "Words of the item" in events[0]["details"]
