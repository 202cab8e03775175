"""The examples of docs/services.md are run as they stand, and answer as they say."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx

from tests.csms.portal import Portal
from tests.csms.services.third_party import receiving, service, uuid_of
from tests.support.virtual_station import until

GUIDE = (Path(__file__).parents[3] / "docs" / "services.md").read_text()
BLOCKS = re.findall(r"```(sh|json|python)\n(.*?)```", GUIDE, re.DOTALL)
EXAMPLES = [text for kind, text in BLOCKS if kind == "json"]
COMMANDS = [text for kind, text in BLOCKS if kind == "sh"]


def shape(value: Any) -> Any:
    """Return the names in a body without its values."""
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else None


async def run(command: str, **values: str) -> Any:
    """Do what a curl command line does."""
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    curl, *arguments = shlex.split(command)
    assert curl == "curl"
    url, options = arguments.pop(), dict(zip(arguments[::2], arguments[1::2], strict=True))
    name, _colon, value = options["-H"].partition(": ")
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.request(options.get("-X", "GET"), url, headers={name: value}, content=options.get("-d"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_guides_calls_and_notifications_are_as_it_shows_them(portal: Portal) -> None:
    start, look, stop, read, map_ = COMMANDS
    async with receiving() as inbox, service(portal, url=inbox.url) as pay, portal.station() as station:
        await station.boot_and_notify()
        values = {"KEY": pay.secrets.key, "PORTAL": f"http://{portal.system.api}", "UUID": uuid_of(portal)}
        answers = [await run(start, **values)]
        await until(lambda: station.transactions)
        answers += [await run(look, **values), await run(stop, **values)]
        await until(lambda: portal.count("session") and not portal.central.stations["CP1"].open)
        answers.append(await run(read, **values, SESSION=portal.session()["session_id"]))
        answers.append(await run(map_, **values))
        await until(lambda: len(inbox.received) == 2)
        told = [*answers, inbox.received[1].body]
        assert [shape(one) for one in told] == [shape(json.loads(example)) for example in EXAMPLES]
        assert [told[0]["reference"], told[3]["reference"], told[5]["reference"]] == ["order 7"] * 3


async def test_the_guides_check_of_signatures_takes_ours_and_no_other(portal: Portal) -> None:
    (code,) = [text for kind, text in BLOCKS if kind == "python"]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own guide
    check = names["is_from_the_portal"]
    async with receiving() as inbox, service(portal, url=inbox.url) as pay, portal.station() as station:
        await station.start(1, "04A1B2C3")
        await until(lambda: inbox.received)
        (one,) = inbox.received
        assert check(one.headers, one.content, pay.secrets.signing_secret)
        assert not check(one.headers, one.content + b" ", pay.secrets.signing_secret)
        assert not check(one.headers, one.content, "whsec_" + "A" * 44)
        assert not check(one.headers | {"webhook-timestamp": "1"}, one.content, pay.secrets.signing_secret)
