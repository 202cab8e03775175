"""Tables, their rows asked of the server or all in the browser: theme, columns, row menu; `assets/grid.js` helps."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

import dash_ag_grid as dag
from dash import html
from flask_babel import gettext as _

from components import grid_texts
from components.filter_chips import OPTIONS, Heading
from data.filters import Column, FilterModel, SortModel

THEME = {
    "fontFamily": "inherit",
    "fontSize": 13,
    "headerFontSize": 12,
    "headerFontWeight": 600,
    "headerTextColor": "var(--cp-ink-2)",
    "backgroundColor": "var(--cp-surface)",
    "foregroundColor": "var(--cp-ink)",
    "textColor": "var(--cp-ink)",
    "chromeBackgroundColor": "var(--cp-surface)",
    "headerBackgroundColor": "var(--cp-surface)",
    "oddRowBackgroundColor": "var(--cp-surface)",
    "menuBackgroundColor": "var(--cp-raised)",
    "borderColor": "var(--cp-line)",
    "rowBorder": "1px solid var(--cp-line)",
    "accentColor": "var(--cp-action)",
    "rowHoverColor": "var(--cp-hover)",
    "selectedRowBackgroundColor": "var(--cp-select)",
    "inputBackgroundColor": "var(--cp-surface)",
    "inputBorder": "1px solid var(--cp-line-2)",
    "inputFocusBorder": "1px solid var(--cp-focus)",
    "inputFocusShadow": "0 0 0 1px var(--cp-focus)",
    "iconColor": "var(--cp-ink-3)",
    "subtleTextColor": "var(--cp-ink-3)",
    "wrapperBorder": False,
    "wrapperBorderRadius": 8,
    "headerColumnResizeHandleColor": "var(--cp-line)",
    "rowHeight": "max(36px, var(--cp-row))",
    "headerHeight": 38,
    "spacing": 6,
    "cellHorizontalPadding": 11,
    "iconSize": 14,
}
"""AG Grid in the tokens' colours; being CSS variables, they follow the theme by themselves."""

BLOCK_ROWS = 100
ONE_ROW = {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True}
SEVERAL_ROWS = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": False, "enableClickSelection": False}
FILTERED_ROWS = SEVERAL_ROWS | {"headerCheckbox": True, "selectAll": "filtered"}
FILTERS = {"text": "agTextColumnFilter", "number": "agNumberColumnFilter", "date": "agDateColumnFilter"}
DEFAULTS = {"sortable": True, "resizable": True, "floatingFilter": True, "suppressHeaderMenuButton": True}


def table(
    table_id: str,
    columns: Mapping[str, Column],
    headings: Mapping[str, Heading],
    filter_model: Mapping[str, Any],
    sort_model: Sequence[Mapping[str, str]],
    row_id: str,
    before_menu: Sequence[dict[str, Any]] = (),
    several: bool = False,
) -> dag.AgGrid:
    """Return the table; a callback answers its `getRowsRequest` with `getRowsResponse`.

    Args:
        row_id: the field that names a row.
        before_menu: columns of buttons, from `button_column`.
        several: rows have a check box, and several can be selected.
    """
    sorts = {
        entry["colId"]: {"initialSort": entry["sort"], "initialSortIndex": place}
        for place, entry in enumerate(sort_model)
    }
    definitions = [
        _definition(name, columns[name].kind, heading) | sorts.get(name, {})
        for name, heading in headings.items()
        if name in columns
    ]
    menu = button_column("menu", "", 52, "RowMenuButton", {"label": _("Row menu")})
    return dag.AgGrid(
        id=table_id,
        columnDefs=[*definitions, *before_menu, menu],
        defaultColDef=DEFAULTS,
        rowModelType="infinite",
        getRowId=f"'' + params.data.{row_id}",
        filterModel=dict(filter_model),
        dashGridOptions=_options()
        | {
            "cacheBlockSize": BLOCK_ROWS,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": BLOCK_ROWS,
            "blockLoadDebounceMillis": 20,
            "maxConcurrentDatasourceRequests": 1,  # a second request would overwrite the first, which then never ends
            "preventDefaultOnContextMenu": True,
            "rowSelection": SEVERAL_ROWS if several else ONE_ROW,
            "rowClassRules": {"is-loading": "!params.data"},
        },
        eventListeners={"cellContextMenu": ["rowMenu(params)"], "cellKeyDown": ["rowKey(params)"]},
        className="cp-grid",
        style={"height": None, "width": None},
    )


def choice(
    table_id: str, headings: Mapping[str, Heading], rows: Sequence[Mapping[str, Any]], row_id: str
) -> dag.AgGrid:
    """Return a table of texts to choose rows from; `selectedRows` are those. All its rows are in the browser.

    Args:
        row_id: the field that names a row.
    """
    return dag.AgGrid(
        id=table_id,
        columnDefs=[_definition(name, "text", heading) for name, heading in headings.items()],
        defaultColDef=DEFAULTS,
        rowData=list(rows),
        getRowId=f"'' + params.data.{row_id}",
        dashGridOptions=_options() | {"rowSelection": FILTERED_ROWS},
        className="cp-grid",
        style={"height": None, "width": None},
    )


def _options() -> dict[str, Any]:
    return {
        "localeText": grid_texts.texts(),
        "theme": {"function": f"themeQuartz.withParams({json.dumps(THEME)})"},
        "animateRows": False,
        "multiSortKey": "ctrl",
        "tooltipShowDelay": 400,
        "tooltipShowMode": "whenTruncated",
        "selectionColumnDef": {"width": 40},
    }


def _definition(name: str, kind: str, heading: Heading) -> dict[str, Any]:
    numeric = {"cellClass": "cp-num", "headerClass": "ag-right-aligned-header"} if heading.numeric else {}
    renderer = {"cellRenderer": heading.renderer} if heading.renderer else {}
    tooltip = {"tooltipField": name} if heading.renderer in ("", "TextCell") else {}
    return {
        "field": name,
        "colId": name,
        "headerName": heading.full_title,
        "width": heading.width,
        **({"flex": 1, "minWidth": heading.width} if heading.fills else {}),
        "initialHide": not heading.shown,
        "filter": FILTERS[kind],
        "filterParams": {
            "filterOptions": list(OPTIONS[kind]),
            "maxNumConditions": 2,
            "buttons": ["reset"],
            "debounceMs": 300,
        },
        **numeric,
        **renderer,
        **tooltip,
    }


def button_column(name: str, title: str, width: int, renderer: str, params: Mapping[str, str]) -> dict[str, Any]:
    """Return a column with a button in each row; Enter on the cell presses it."""
    return {
        "colId": name,
        "headerName": title,
        "width": width,
        "pinned": "right",
        "filter": False,
        "floatingFilter": False,
        "sortable": False,
        "resizable": False,
        "cellRenderer": renderer,
        "cellRendererParams": dict(params),
    }


class Request(TypedDict):
    """Which rows a table asks for: its `getRowsRequest`."""

    startRow: int
    endRow: int
    filterModel: FilterModel
    sortModel: SortModel


class Query(TypedDict):
    """What a table shows: the store `<table>-query`."""

    filters: FilterModel
    order: SortModel


class MenuItem(NamedTuple):
    """An entry of the row menu: a link (`{field}` is filled from the row) or an action.

    action: one that `assets/grid.js` knows, as `<name>:<column>`; any other becomes the event `row-action`.

    key: the key of a row that does the same: Enter, Del.
    keep_query: the link takes the page's node, filters and order along.
    is_danger: it destroys something, and stands apart.
    """

    label: str
    icon: str
    href: str = ""
    action: str = ""
    key: str = ""
    new_window: bool = False
    keep_query: bool = False
    is_danger: bool = False


def row_menu(table_id: str, items: Sequence[MenuItem]) -> html.Ul:
    """Return the menu that right-click, '…', Shift+F10 and a long press open on a row.

    Enter on a row is the first entry, or the one that has this key.
    """
    return html.Ul(
        [html.Li(_menu_item(item), role="none") for item in items],
        className="dropdown-menu cp-row-menu",
        role="menu",
        **{"data-row-menu": table_id, "aria-label": _("Row menu")},
    )


def _menu_item(item: MenuItem) -> html.A | html.Button:
    children = [
        html.I(className=f"bi {item.icon}", **{"aria-hidden": "true"}),
        item.label,
        *([html.Kbd(item.key, **{"aria-hidden": "true"})] if item.key else []),
    ]
    look = "dropdown-item is-danger" if item.is_danger else "dropdown-item"
    shared: dict[str, Any] = {"className": look, "role": "menuitem", "tabIndex": "-1"}
    if not item.href:
        return html.Button(children, type="button", **shared, **{"data-action": item.action})
    opened = {"target": "_blank", "rel": "noopener"} if item.new_window else {}
    kept = {"data-keep-query": ""} if item.keep_query else {}
    return html.A(children, href="#", **shared, **opened, **kept, **{"data-link": item.href})
