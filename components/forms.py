"""Forms: what changes a record is declared as sections of fields, and everything else follows from that.

    FORM = Form("floor-general", FLOOR, (Section(lazy_gettext("General"), "", (Field("name", lazy_gettext("Name")),)),))

    def layout(scope, node): return forms.layout(FORM, scope, node.id)
    def register(): forms.register(FORM)

A form checks a field when it is left and everything on Save. It follows what others change: a field that is not being
edited shows the new value at once, one that is says who changed it. Saving over somebody's change asks first. Where
somebody removed the record, or took it away from the user, what was typed stays and the save bar says who did. A role
that may only read sees the same fields closed, without a save bar.

Fields have the id `{"form": <id>, "field": <column>}`, what is wrong with one stands in `{"form-fault": …}`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from flask_babel import gettext as _

from components import conflicts, form_fields, form_hints, messages, typed_confirmation
from components.access import OPERATORS, allow, current_scope
from components.form_fields import Field, Section, Values
from components.menus import icon
from components.texts import said
from components.typed_confirmation import Question
from data import edits
from data.edits import Record
from data.errors import AlreadyExists, ChangedMeanwhile, NotFound
from data.scope import Scope

BAR = "cp-savebar mt-auto"
BAR_DIRTY = f"{BAR} is-dirty"


class Live(TypedDict):
    """A change by somebody else, and what stood in the field that is being typed in then, by column."""

    at: int
    typing: dict[str, str | float | None]


@dataclass(frozen=True)
class Form:
    """What changes a record.

    Args:
        hints: texts under fields that follow from the data, by column; always of the same columns. They follow what
            becomes of the record and of its station, while what is typed stays.
        asks: gives the question that comes before these values are saved, by what they are in place of; None: none.
    """

    id: str
    record: Record
    sections: tuple[Section, ...]
    hints: Callable[[Scope, int], Mapping[str, Any]] | None = None
    asks: Callable[[Scope, int, Mapping[str, Any], Mapping[str, Any]], Question | None] | None = None

    @property
    def fields(self) -> dict[str, Field]:
        return {field.name: field for section in self.sections for field in section.all()}


def layout(form: Form, scope: Scope, row_id: int, below: Sequence[Any] = ()) -> html.Div:
    """Return a form filled in, with its save bar; `below` are further sections inside its card.

    Raises:
        NotFound: there is no such record for this user.
    """
    values = _shown(form, edits.read(scope, form.record, row_id))
    can_save = scope.role in form.record.roles
    hints = form_hints.of(form, scope, row_id)
    sections = [form_fields.section(form, section, values, hints, can_save) for section in form.sections]
    return html.Div(
        [
            html.Div([*sections, *below], className="card cp-form", **_marks(can_save)),
            dcc.Store(id=f"{form.id}-seen", data={"row": row_id, "values": values}),
            dcc.Store(id=f"{form.id}-live"),
            *form_hints.stores(form),
            _save_bar(form, can_save),
            conflicts.dialog(form.id),
            typed_confirmation.dialog(form.id),
        ],
        className="cp-form-page",
    )


def register(form: Form) -> None:
    """Make a form's callbacks; once for each app, from the page that shows it."""
    fields = {"form": form.id, "field": ALL}

    @callback(
        Output(fields, "value"),
        Output({"form-fault": form.id, "field": ALL}, "children"),
        Output(f"{form.id}-changes", "children"),
        Output(f"{form.id}-bar", "className"),
        Output(f"{form.id}-save", "disabled"),
        Output(f"{form.id}-seen", "data"),
        Output(f"{form.id}-conflict", "is_open"),
        Output(f"{form.id}-conflict-text", "children"),
        *(Output(*f"{form.id}-{part}".rsplit(".", 1)) for part in typed_confirmation.PARTS),
        Input(fields, "value"),
        Input(f"{form.id}-save", "n_clicks"),
        Input(f"{form.id}-discard", "n_clicks"),
        Input(f"{form.id}-look", "n_clicks"),
        Input(f"{form.id}-overwrite", "n_clicks"),
        Input(f"{form.id}-theirs", "n_clicks"),
        Input(f"{form.id}-go", "n_clicks"),
        Input(f"{form.id}-typed", "n_submit"),
        Input(f"{form.id}-stay", "n_clicks"),
        Input(f"{form.id}-live", "data"),
        State(fields, "id"),
        State(f"{form.id}-seen", "data"),
        State(f"{form.id}-typed", "value"),
        prevent_initial_call=True,
    )
    @allow(*OPERATORS)
    def follow(
        values: list[str | bool | int | float | None],
        _save: int | None,
        _discard: int | None,
        _look: int | None,
        _overwrite: int | None,
        _theirs: int | None,
        _go: int | None,
        _submit: int | None,
        _stay: int | None,
        live: Live | None,
        ids: list[dict[str, str]],
        seen: conflicts.Seen,
        word: str | None,
    ) -> tuple[Any, ...]:
        names = [one["field"] for one in ids]
        typed = {name: value for name, value in zip(names, values, strict=False) if name in form.fields}
        pressed = {prop.rpartition("-")[2].partition(".")[0] for prop in ctx.triggered_prop_ids}
        if "typed" in pressed:  # Enter in the question's field
            pressed.add("go")
        if live and "live" in pressed:
            typed |= {name: text for name, text in live["typing"].items() if name in form.fields}
        return _answer(form, names, typed, seen, pressed, word if "go" in pressed else None)

    clientside_callback(
        ClientsideFunction("forms", "changed"),
        Output(f"{form.id}-live", "data"),
        Input("live-changes", "data"),
        State(f"{form.id}-save", "data-subject"),
        prevent_initial_call=True,
    )
    clientside_callback(ClientsideFunction("forms", "settled"), Input(f"{form.id}-seen", "data"))
    form_hints.register(form)


def _answer(
    form: Form, names: list[str], typed: Values, seen: conflicts.Seen, pressed: set[str], word: str | None
) -> tuple[Any, ...]:
    """Save, discard or only look; return what the form shows then.

    Args:
        word: what was typed to go on.
    """
    scope, row_id = current_scope(), seen["row"]
    try:
        now = _shown(form, edits.read(scope, form.record, row_id))
    except NotFound as error:
        if scope.role not in form.record.roles:  # there is no save bar
            raise
        return _lost(form, typed, seen["values"], conflicts.lost(scope, error))
    values, before = _merged(form, typed, seen["values"], now)
    if pressed & {"discard", "theirs"}:
        values = before = dict(now)
    if "overwrite" in pressed:
        before = dict(now)
    meanwhile = edits.changes(scope, form.record, row_id, before)
    faults = _faults(form, values, before) or _taken(form, scope, row_id, values, before)
    conflict: Any = no_update
    is_open: Any = False if pressed & {"look", "overwrite", "theirs"} else no_update
    saves = bool(pressed & {"save", "overwrite", "go"}) and not faults and bool(_changed(form, values, before))
    question = form.asks(scope, row_id, before, values) if form.asks and saves else None
    sure: tuple[Any, ...] = (no_update,) * len(typed_confirmation.PARTS)
    if question and question.word != word:
        sure = typed_confirmation.asked(question, word)
    elif pressed & {"go", "stay"}:
        sure = typed_confirmation.shut()
    if saves and not (question and question.word != word):
        try:
            edits.save(scope, form.record, row_id, before, {n: values[n] for n in _changed(form, values, before)})
            values = now = before = _shown(form, edits.read(scope, form.record, row_id))
            meanwhile = []
            messages.say(_("Your changes are saved"))
        except ChangedMeanwhile as error:
            is_open, conflict = True, conflicts.told(scope, form.fields, error.changes, values)
        except AlreadyExists as error:
            faults = {error.field: _taken_text(error)}
    mine = _changed(form, values, before)
    notes = {c.field: conflicts.sentence(scope, form.fields, c) for c in meanwhile if c.field in mine}
    return (
        [no_update if values[n] == typed.get(n) else values[n] for n in names],
        [faults.get(n) or notes.get(n, "") for n in form.fields],
        *_told(form, faults, mine),
        False,
        {"row": row_id, "values": before},
        is_open,
        conflict,
        *sure,
    )


def _lost(form: Form, typed: Values, seen: Values, told: Sequence[Any]) -> tuple[Any, ...]:
    """Return what a form shows whose record the user has no longer: what was typed, why, and nothing to save."""
    mine = [n for n, field in form.fields.items() if _plain(field, typed.get(n)) != _plain(field, seen.get(n))]
    words = [icon("bi-exclamation-octagon is-fault me-2"), *told]
    if mine:
        words.append(_("What you typed can only be copied now."))
    return (
        [no_update] * len(typed),
        [no_update] * len(form.fields),
        words,
        BAR_DIRTY if mine else BAR,
        True,
        *(no_update, False, no_update),
        *typed_confirmation.shut(),
    )


def _merged(form: Form, typed: Values, seen: Values, now: Values) -> tuple[Values, Values]:
    """Take over what others changed in fields that are not being edited; return the values, and what they began as."""
    values, before = {}, {}
    for name, field in form.fields.items():
        value, began = _plain(field, typed.get(name, now[name])), seen.get(name, now[name])
        is_edited = value not in (began, now[name])
        values[name], before[name] = (value, began) if is_edited else (now[name], now[name])
    return values, before


def _plain(field: Field, value: Any) -> Any:
    """Return a value as forms compare it: an empty text field is empty, not unknown."""
    if field.kind == "number":
        return None if value == "" else value
    return "" if value is None else value


def _shown(form: Form, kept: Mapping[str, Any]) -> Values:
    return {name: kept[name] for name in form.fields}


def _changed(form: Form, values: Values, before: Values) -> list[str]:
    return [name for name, field in form.fields.items() if not field.is_fixed and values[name] != before[name]]


def _faults(form: Form, values: Values, before: Values) -> dict[str, str]:
    """Tell what is wrong with what was changed, and with what goes together with it."""
    mine = set(_changed(form, values, before))
    beside = {name for group in form.record.together if mine & set(group) for name in group}
    wrong = edits.check(form.record, {name: values[name] for name in form.fields if name in mine | beside})
    return {name: said(error) for name, error in wrong.items()}


def _taken(form: Form, scope: Scope, row_id: int, values: Values, before: Values) -> dict[str, str]:
    mine = {name: values[name] for name in _changed(form, values, before)}
    return {name: _taken_text(error) for name, error in edits.taken(scope, form.record, row_id, mine).items()}


def _taken_text(error: AlreadyExists) -> str:
    return _("%(name)s is taken. Choose another.", name=error.identity)


def _told(form: Form, faults: Mapping[str, str], mine: Sequence[str]) -> tuple[Any, str]:
    """Return what the save bar says, and its class."""
    if faults:
        names = ", ".join(str(form.fields[name].label) for name in faults)
        return [icon("bi-exclamation-circle is-fault me-2"), _("Correct to save: %(fields)s", fields=names)], BAR_DIRTY
    if mine:
        names = ", ".join(str(form.fields[name].label) for name in mine)
        return [icon("bi-pencil-square me-2"), _("Changed: %(fields)s", fields=names)], BAR_DIRTY
    return _("No changes to save"), BAR


def _marks(can_save: bool) -> dict[str, str]:
    return {} if can_save else {"data-read-only": "yes"}


def _save_bar(form: Form, can_save: bool) -> html.Div:
    return html.Div(
        [
            html.Span(_("No changes to save"), id=f"{form.id}-changes", role="status"),
            html.Button(_("Discard"), id=f"{form.id}-discard", type="button", className="btn btn-ghost btn-sm"),
            html.Button(
                _("Save"),
                id=f"{form.id}-save",
                type="button",
                className="btn btn-primary btn-sm",
                **{"data-subject": form.record.subject},
            ),
        ],
        id=f"{form.id}-bar",
        className=BAR,
        hidden=not can_save,
        **{
            "data-leave": _("Your changes are not saved. Leave the page?"),
            "data-discard": _("Discard your changes?"),
        },
    )
