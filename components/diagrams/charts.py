"""The forms of the charts. Colours come from the template, so that a switch of theme changes them too."""

from collections.abc import Iterable, Mapping

import plotly.graph_objects as go
import pyarrow as pa

from components import theme

# Steps of time as Plotly counts them: a bar is as wide as its step and stands in its middle.
PERIODS: Mapping[str, object] = {
    "hour": 3600e3,
    "day": 86400e3,
    "week": 7 * 86400e3,
    "month": "M1",
    "year": "M12",
}
A_MONDAY = "2001-01-01"
WHOLE = 6  # counts up to here have a tick each
HOVER = {"hour": "%a %-d %b %Y %H:%M", "day": "%a %-d %b %Y", "week": "%-d %b %Y", "month": "%b %Y", "year": "%Y"}

# From nearly nothing to full, on either theme.
INTENSITY = ((0, "rgba(58, 130, 230, .06)"), (1, "rgba(58, 130, 230, 1)"))


def bars(rows: pa.Table, step: str, column: str, unit: str, decimals: int) -> go.Figure:
    """Draw one bar a step."""
    return _over_time([_bar(rows, step, column, unit, decimals)], step, unit)


def stacked(rows: pa.Table, step: str, names: Mapping[str, str], unit: str) -> go.Figure:
    """Draw a column of rows as one part of every bar; names: by column."""
    traces = [_bar(rows, step, column, unit, 0, name) for column, name in names.items()]
    chart = _over_time(traces, step, unit)
    highest = max(map(sum, zip(*(rows[column].to_pylist() for column in names), strict=True)), default=0)
    chart.update_yaxes(dtick=1 if highest < WHOLE else None)  # else there are halves on the axis of what is counted
    return chart.update_layout(barmode="stack", showlegend=True, margin={"t": 32})


def lines(rows: pa.Table, step: str, names: Mapping[str, str], unit: str, decimals: int) -> go.Figure:
    """Draw a line per column, the first one filled to the ground; names: by column."""
    traces = [
        go.Scatter(
            x=rows["start"].to_pylist(),
            y=rows[column].to_pylist(),
            name=name,
            mode="lines" if rows.num_rows > 1 else "markers",
            line={"width": 2, "shape": "hv"} if number == 0 else {"width": 1.5, "dash": "dot", "shape": "hv"},
            hovertemplate=_hover(unit, decimals),
            xhoverformat=HOVER[step],
        )
        for number, (column, name) in enumerate(names.items())
    ]
    chart = _over_time(traces, step, unit)
    return chart.update_layout(showlegend=len(names) > 1, margin={"t": 32 if len(names) > 1 else 8})


def share(rows: pa.Table, step: str, column: str) -> go.Figure:
    """Draw percents as steps; what is near 100 is seen close."""
    chart = lines(rows, step, {column: ""}, "%", 2)
    chart.update_traces(hovertemplate=_hover("%", 2) + "<extra></extra>", cliponaxis=False)
    return chart.update_yaxes(rangemode="normal", maxallowed=100)


def ranking(names: Iterable[str], values: Iterable[float], unit: str) -> go.Figure:
    """Draw horizontal bars, the largest on top, each with its value."""
    lengths = list(values)
    bar = go.Bar(
        x=lengths,
        y=list(names),
        orientation="h",
        texttemplate="%{x:,.0f}",
        textposition="outside",
        textfont={"size": 12},
        constraintext="none",  # Plotly would make it smaller than can be read on a phone
        cliponaxis=False,
        hovertemplate="%{y}<br>%{x:,.1f} " + unit + "<extra></extra>",
    )
    return go.Figure(
        bar,
        {
            "template": theme.template(),
            "hovermode": "closest",
            "xaxis": {"title": {"text": unit}, "range": [0, max(lengths, default=0) * 1.5 or 1], "tickformat": ","},
            "yaxis": {"autorange": "reversed", "type": "category", "nticks": 0, "dtick": 1, "showgrid": False},
        },
    )


def week(values: list[list[float | None]], days: list[str], unit: str) -> go.Figure:
    """Draw a field per hour of the week, the more intense the higher its value; values: by day, then hour."""
    fields = go.Heatmap(
        z=values,
        x=[f"{hour:02}:00" for hour in range(24)],
        y=days,
        colorscale=INTENSITY,
        zmin=0,
        xgap=2,
        ygap=2,
        colorbar={"thickness": 10, "outlinewidth": 0, "title": {"text": unit, "side": "right"}},
        hovertemplate="%{y} %{x}<br>%{z:.1f} " + unit + "<extra></extra>",
    )
    return go.Figure(
        fields,
        {
            "template": theme.template(),
            "hovermode": "closest",
            "xaxis": {"type": "category", "showline": False, "ticks": "", "dtick": 3},
            "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False, "nticks": 0, "dtick": 1},
        },
    )


def _bar(rows: pa.Table, step: str, column: str, unit: str, decimals: int, name: str = "") -> go.Bar:
    return go.Bar(
        x=rows["start"].to_pylist(),
        y=rows[column].to_pylist(),
        name=name,
        xperiod=PERIODS[step],
        xperiod0=A_MONDAY,
        xperiodalignment="middle",
        xhoverformat=HOVER[step],
        hovertemplate=_hover(unit, decimals) if name else _hover(unit, decimals) + "<extra></extra>",
    )


def _over_time(traces: list[go.Bar | go.Scatter], step: str, unit: str) -> go.Figure:
    return go.Figure(
        traces,
        {
            "template": theme.template(),
            "showlegend": False,
            "xaxis": {"type": "date", "hoverformat": HOVER[step]},
            "yaxis": {"title": {"text": unit, "font": {"size": 11}}, "tickformat": ","},
        },
    )


def _hover(unit: str, decimals: int) -> str:
    return f"%{{y:,.{decimals}f}} {unit}"
