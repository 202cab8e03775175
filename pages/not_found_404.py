"""The page of an address that leads nowhere; Dash finds it by this module's name."""

from typing import Any

import dash

from components import errors

dash.register_page(__name__, name="This page does not exist")


def layout(**_query: str) -> Any:
    return errors.not_found()
