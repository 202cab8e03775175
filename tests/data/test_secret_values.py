"""What was kept of secret configuration values before their keys counted as secret is gone once the portal starts."""

import json
from pathlib import Path

import pytest

from data.database import FILE, Sql
from data.duckdb_engine import DuckDB

SECRET = "8294"
FRAMES = {
    "call": f'[2,"1","ChangeConfiguration",{{"key":"wlan/psk","value":"{SECRET}"}}]',
    "turned": f'[2,"1","ChangeConfiguration",{{"value":"a\\"{SECRET}","key":"SimPin"}}]',
    "list": f'[3,"1",{{"configurationKey":[{{"key":"A","value":"kept"}},{{"key":"SimPin","readonly":false,'
    f'"value":{SECRET}}},'
    '{"key":"B","value":"kept too"}]}]',
    "cut": f'[3,"1",{{"configurationKey":[{{"key":"ApiKey","readonly":false,"value":"a{SECRET}',
    "xml": f"<c:key>ApiKey</c:key>\n<c:readonly>false</c:readonly>\n<c:value>{SECRET}</c:value><c:value>kept</c:value>",
}


@pytest.fixture
def old(tmp_path: Path, new_file: Path) -> DuckDB:
    """Return a database from before the migration."""
    (tmp_path / FILE).write_bytes(new_file.read_bytes())
    database = DuckDB(tmp_path)
    database.write([Sql("DELETE FROM schema_version WHERE version = 30")])
    return database


def test_secrets_kept_before_are_gone_from_every_table(old: DuckDB, tmp_path: Path) -> None:
    asked = json.dumps({"key": "wlan/psk", "value": SECRET})
    event = json.dumps({"kind": "change_configuration", "parameters": json.loads(asked), "state": "queued"})
    command = """INSERT INTO command (batch_id, station_id, site_id, kind, parameters, requested_at, expires_at, state)
                 VALUES ('b', 1, 1, 'change_configuration', $asked, now(), now(), $state)"""
    message = "INSERT INTO message VALUES (now(), 1, 1, 'in', $kind, 'GetConfiguration', '1', 1, 1, 1, $frame, NULL)"
    plain = {"asked": '{"key": "HeartbeatInterval", "value": "300"}', "state": "done"}
    old.write(
        [
            Sql("INSERT INTO parameter VALUES (1, 'SimPin', $value, FALSE, now())", {"value": SECRET}),
            Sql("INSERT INTO parameter VALUES (1, 'HeartbeatInterval', '300', FALSE, now())"),
            *(Sql(command, {"asked": asked, "state": state}) for state in ("done", "queued")),
            Sql(command, plain),
            Sql("INSERT INTO event (logged_at, kind, text, details) VALUES (now(), 'command', '', $of)", {"of": event}),
            *(Sql(message, {"kind": kind, "frame": frame}) for kind, frame in FRAMES.items()),
        ]
    )
    old.close()
    new = DuckDB(tmp_path)
    commands = new.query("SELECT state, parameters, secret FROM command ORDER BY command_id").to_pylist()
    assert json.loads(commands[1].pop("secret")) == {"value": SECRET}  # it is still to be sent
    kept = {row["kind"]: row["frame"] for row in new.query("SELECT kind, frame FROM message").to_pylist()}
    rest = [commands, kept, *(new.query(f"FROM {table}").to_pylist() for table in ("parameter", "event"))]  # noqa: S608
    new.close()
    assert SECRET not in str(rest)
    assert (commands[2]["parameters"], "'300'" in str(rest)) == (plain["asked"], True)
    assert json.loads(commands[0]["parameters"]) == {"key": "wlan/psk", "value": "•••"}
    assert kept["list"].count("kept") == 2
    assert "kept" in kept["xml"]
    json.loads(kept["turned"])
