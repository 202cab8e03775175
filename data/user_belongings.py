"""A user's sites and RFID tags as statements of the commit that changes the user.

They take effect only where that commit has given the user its new revision.
"""

from collections.abc import Iterator

from data import user_details
from data.database import Database, Sql
from data.id_tags import Tag, number
from data.user_details import Details

_CHANGED = "EXISTS (SELECT 1 FROM portal_user WHERE user_id = $user_id AND revision = $revision)"


def changes_of(database: Database, user_id: int, revision: int, old: Details, new: Details) -> list[Sql]:
    """Return the statements; only what differs goes and comes, as one key cannot do both in one commit."""
    user = {"user_id": user_id, "revision": revision}
    there, wanted = {tag.id_tag: tag for tag in old.tags}, {tag.id_tag: tag for tag in new.tags}
    statements = [
        Sql(f"DELETE FROM id_tag WHERE id_tag = $id_tag AND user_id = $user_id AND {_CHANGED}", user | {"id_tag": gone})  # noqa: S608 - a constant
        for gone in sorted(there.keys() - wanted.keys())
    ]
    for id_tag, tag in wanted.items():
        if id_tag not in there:
            statements.append(_insert(user | _columns(database, tag)))
        elif tag != there[id_tag]:
            statements.append(_update(user | _columns(database, tag)))
    for site_id in sorted(set(old.site_ids) - set(new.site_ids)):
        sql = f"DELETE FROM user_site WHERE user_id = $user_id AND site_id = $site_id AND {_CHANGED}"  # noqa: S608 - a constant
        statements.append(Sql(sql, user | {"site_id": site_id}))
    for site_id in sorted(set(new.site_ids) - set(old.site_ids)):
        sql = f"INSERT INTO user_site (user_id, site_id) SELECT $user_id, $site_id WHERE {_CHANGED}"  # noqa: S608 - a constant
        statements.append(Sql(sql, user | {"site_id": site_id}))
    return statements


def notations(id_tag: str) -> Iterator[str]:
    """Yield how a tag may stand in the table, for the commit that must find no other user's."""
    yield id_tag
    value = number(id_tag)
    if not value:
        return
    length = next((length for length in (4, 7, 10) if value < 256**length), 10)
    for read in (value, int.from_bytes(value.to_bytes(length), "little")) if value < 256**length else (value,):
        yield str(read)
        yield f"{read:X}".zfill(2 * length)


def _columns(database: Database, tag: Tag) -> dict[str, object]:
    return {
        "id_tag": tag.id_tag,
        "label": tag.label,
        "status": "Blocked" if tag.is_blocked else "Accepted",
        "expires_at": user_details.expiry(database, tag),
        "parent": tag.parent_id_tag or None,
        "is_single": tag.is_single,
    }


def _insert(params: dict[str, object]) -> Sql:
    return Sql(
        f"""INSERT INTO id_tag (id_tag, user_id, label, status, expires_at, parent_id_tag, is_single)
            SELECT $id_tag, $user_id, $label, $status, $expires_at, $parent, $is_single WHERE {_CHANGED}""",  # noqa: S608 - a constant
        params,
    )


def _update(params: dict[str, object]) -> Sql:
    return Sql(
        f"""UPDATE id_tag SET label = $label, status = $status, expires_at = $expires_at, parent_id_tag = $parent,
                is_single = $is_single
            WHERE id_tag = $id_tag AND user_id = $user_id AND {_CHANGED}""",  # noqa: S608 - a constant
        params,
    )
