"""Export to Excel: a file written beside the requests, with progress, for who asked for it alone (manual: Statistics).

A thread writes the file; what it holds was read within the asker's scope. `GET /export/<job>.xlsx` gives it only while
that is still the scope.
"""

import datetime
import logging
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
import pyarrow as pa
import rustpy_xlsxwriter
from dash import html
from flask import Response, abort, send_file
from flask_babel import gettext as _

from components.access import current_scope
from data import nodes
from data.errors import InvalidInput, NotFound, PortalError
from data.scope import Scope
from data.texts import N_, told

log = logging.getLogger(__name__)

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT_S = 600
KEPT_PER_USER = 3
BATCH_ROWS = 2000


@dataclass
class Job:
    """One export. progress goes from 0 to 1; failed when the rows could not be read or written."""

    scope: Scope
    node_ref: str | None
    name: str
    file: Path
    progress: float = 0.0
    done: bool = False
    failed: bool = False
    end: threading.Timer | None = None


class Jobs:
    """The exports of this process. Files go after ten minutes, or when their user has newer ones."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="export-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._jobs: dict[str, Job] = {}
        self._starting = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def start(
        self, scope: Scope, node_ref: str | None, name: str, read: Callable[[], pa.Table], titles: Mapping[str, str]
    ) -> str:
        """Begin an export and return its id.

        Args:
            read: gives the rows; called in the job's thread.
            titles: heading by column, in the order of the file.

        Raises:
            InvalidInput: too many of the user's exports are still being written.
        """
        job_id = secrets.token_urlsafe(12)
        job = Job(scope, node_ref, name, self._folder / f"{job_id}.xlsx")
        with self._starting:
            self._make_room(scope.user_id)
            self._jobs[job_id] = job
        threading.Thread(target=self._run, args=(job_id, job, read, dict(titles)), name="export", daemon=True).start()
        return job_id

    def find(self, scope: Scope, job_id: str) -> Job:
        """Return a user's own export.

        Raises:
            NotFound: there is none, it is another user's, or the user's scope is not what it was.
        """
        job = self._jobs.get(job_id)
        if job is None or job.scope != scope:
            raise NotFound("export", job_id)
        if job.node_ref is not None:
            nodes.find(scope, job.node_ref)
        return job

    def _run(self, job_id: str, job: Job, read: Callable[[], pa.Table], titles: Mapping[str, str]) -> None:
        try:
            with self._one_at_a_time:  # a queue: the pages of everybody else come first
                write(read(), titles, job.name, job.file, job)
            job.done = True
        except PortalError as error:
            log.info("an export failed: %s", error)
        except Exception:
            log.exception("an export failed")
        finally:
            job.failed = not job.done
            job.end = threading.Timer(KEPT_S, self._forget, [job_id])
            job.end.daemon = True
            job.end.start()

    def _make_room(self, user_id: int) -> None:
        own = {job_id: job for job_id, job in self._jobs.items() if job.scope.user_id == user_id}
        if len(own) < KEPT_PER_USER:
            return
        ended = next((job_id for job_id, job in own.items() if job.done or job.failed), None)
        if ended is None:
            raise InvalidInput(
                N_("Export"), None, told("has to wait: %(count)s of yours are still being written.", count=len(own))
            )
        self._forget(ended)

    def _forget(self, job_id: str) -> None:
        job = self._jobs.pop(job_id, None)
        if job:
            job.file.unlink(missing_ok=True)
        if job and job.end:
            job.end.cancel()


def write(table: pa.Table, titles: Mapping[str, str], sheet: str, file: Path, job: Job) -> None:
    """Write rows as typed cells: numbers, dates and times; a text stays a text, even one that looks like a formula."""
    widths = {title: max(12.0, len(title) + 2.0) for title in titles.values()}
    rustpy_xlsxwriter.write_worksheet(
        _records(table, titles, job),
        str(file),
        sheet_name=sheet,
        datetime_format="yyyy-mm-dd hh:mm:ss",
        freeze_row=1,
        bold_headers=True,
        column_widths=widths,
    )


def _records(table: pa.Table, titles: Mapping[str, str], job: Job) -> Iterator[dict[str, Any]]:
    written = 0
    for batch in table.select(list(titles)).rename_columns(list(titles.values())).to_batches(BATCH_ROWS):
        yield from batch.to_pylist()
        written += batch.num_rows
        job.progress = written / table.num_rows


def state(job_id: str, job: Job) -> Any:
    """Return what is said of an export: its progress, then the link that the browser follows by itself."""
    if job.failed:
        return html.Span(_("The export did not work. Try again."), className="is-fault", role="alert")
    if job.done:
        address = f"/export/{job_id}.xlsx"
        return html.A(
            _("Save file"), href=address, download="", className="btn btn-secondary btn-sm", **{"data-save": job_id}
        )
    value = f"{job.progress:.2f}"
    return html.Progress(value=value, max="1", **{"aria-label": _("Export to Excel in progress")})


def jobs() -> Jobs:
    """Return the exports of the present app."""
    kept: Jobs = flask.current_app.extensions["exports"]
    return kept


def register(server: flask.Flask) -> None:
    """Serve finished exports."""
    server.extensions["exports"] = Jobs()

    @server.get("/export/<job_id>.xlsx")
    def export(job_id: str) -> Response:
        try:
            job = jobs().find(current_scope(), job_id)
        except NotFound:
            abort(404)
        if not job.done:
            abort(404)
        today = datetime.datetime.now(datetime.UTC).date()
        return send_file(job.file, EXCEL, as_attachment=True, download_name=f"{job.name} {today}.xlsx", max_age=0)
