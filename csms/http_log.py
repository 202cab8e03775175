"""The log of the HTTP server, without what is no HTTP or is packed wrongly: anybody may send it, and keys in it."""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError


def _is_http(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError | web.RequestPayloadError))


LOG = logging.getLogger(__name__)
LOG.addFilter(_is_http)  # what the filter knows lives as long as the process: nothing of the database may be in it
