"""Files are taken in beside the requests, one at a time; how far one is stands in the database."""

import logging
import threading
from pathlib import Path

from data.database import Database
from data.errors import InvalidInput, PortalError
from data.imports import uploads
from data.imports.journal import Options
from data.imports.past import Import
from data.scope import Scope

log = logging.getLogger(__name__)

_one_at_a_time = threading.Lock()
"""A queue: everybody's pages come first."""


def start(scope: Scope, data: Path, import_id: int, options: Options, is_dry: bool) -> None:
    """Begin to take an uploaded file in, or only to look what would become of its lines.

    Raises:
        NotPermitted: the user is no administrator.
        NotFound: no such file waits.
    """
    one = uploads.start(scope, import_id, is_dry)
    arguments = (scope.database, data, one, options, is_dry)
    threading.Thread(target=_run, args=arguments, name="import", daemon=True).start()


def _run(database: Database, data: Path, one: Import, options: Options, is_dry: bool) -> None:
    try:
        with _one_at_a_time:
            uploads.carry_out(database, data, one, options, is_dry)
    except InvalidInput as error:
        log.info("import %s was not taken: %s", one.import_id, error)  # its row says so
    except PortalError as error:
        _break_off(database, one, is_dry, str(error))
    except Exception:
        log.exception("import %s broke off", one.import_id)
        _break_off(database, one, is_dry, "The fault is on the portal's side and has been logged.")


def _break_off(database: Database, one: Import, is_dry: bool, why: str) -> None:
    try:
        uploads.break_off(database, one, is_dry, why)
    except PortalError as error:
        log.warning("import %s broke off, which cannot be noted: %s", one.import_id, error)
