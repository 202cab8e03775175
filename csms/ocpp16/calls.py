"""The calls of OCPP 1.6 to stations."""

from typing import Any

from ocpp.v16.enums import Action, ConfigurationKey

from csms.connection import Connection, Priority
from csms.ocpp16.fields import rows, text
from data.parameters import Parameter


async def get_configuration(connection: Connection, priority: Priority) -> list[Parameter]:
    """Return all parameters of a station; some answer nothing unless each key is asked for.

    Raises:
        CallFailed: no answer, or an error.
    """
    answer = await connection.call(Action.get_configuration.value, {}, priority)
    if not rows(answer, "configurationKey"):
        keys = [key.value for key in ConfigurationKey]
        answer = await connection.call(Action.get_configuration.value, {"key": keys}, priority)
    return [_parameter(row) for row in rows(answer, "configurationKey")]


def _parameter(row: Any) -> Parameter:
    return Parameter(text(row, "key"), text(row, "value", 5000), text(row, "readonly").lower() == "true")
