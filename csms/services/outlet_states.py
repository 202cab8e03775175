"""Tells map services how outlets change: from the states as they stand, so that none is missed and none piles up."""

import asyncio
import logging
from datetime import UTC, datetime

from csms.central import Central
from data import service_outlet_states
from data.database import Revision
from data.service_outlet_states import SUBJECTS

log = logging.getLogger(__name__)


async def follow(central: Central) -> None:
    """Compare after every change with what was told, for ever; what changed before this start is found too."""
    revision: Revision | None = None
    while True:
        try:
            changes = central.database.changes(revision or Revision())
            if revision is None or {subject for subject, _ in changes.changed} & SUBJECTS:
                await asyncio.to_thread(_tell, central)
            revision = changes.revision
        except Exception:
            log.exception("map services could not be told of outlets; it is tried again")
        await asyncio.sleep(central.timing.deliveries_every)


def _tell(central: Central) -> None:
    if service_outlet_states.has_followers(central.database):
        service_outlet_states.tell(central.database, datetime.now(UTC))
