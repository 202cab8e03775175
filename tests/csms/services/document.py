"""The API's own description, against which every answer and notification in these tests is held."""

import json
import re
from typing import Any

import jsonschema_rs

from csms.services.api import DOCUMENT

Json = dict[str, Any]


def document() -> Json:
    return dict(json.loads(DOCUMENT.read_text()))


def operation(described: Json, method: str, path: str) -> Json:
    for template, item in described["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return dict(item[method.lower()])
    raise AssertionError(f"{path} is not described")


def response(described: Json, answer: Json) -> Json:
    """Return a response, also one that only refers to a common one."""
    name = answer.get("$ref", "").rpartition("/")[2]
    return dict(described["components"]["responses"][name]) if name else answer


def check_answer(described: Json, method: str, path: str, status: int, media: str, body: Any) -> None:
    """Check that an answer is as described."""
    answers = operation(described, method, path)["responses"]
    assert str(status) in answers, f"{method} {path} may not answer {status}"
    check(described, response(described, answers[str(status)])["content"][media]["schema"], body)


def check_notification(described: Json, body: Json) -> None:
    operations = [item["post"] for item in described["webhooks"].values()]
    (found,) = [one for one in operations if one["operationId"] == body["type"]]
    check(described, found["requestBody"]["content"]["application/json"]["schema"], body)


def check(described: Json, schema: Json, body: Any) -> None:
    whole = schema | {"components": described["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(body)
