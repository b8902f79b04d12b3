"""The daily numbers and the users, as one HTML file with charts."""

import html
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from driver.command import printable
from reporting.report import EVENTS, PLANS, Day, Numbers

LARGEST: Final = 20  # organizations shown


def write_html(numbers: Numbers, file: Path) -> None:
    """One file that needs no network. Raises OSError."""
    charts = [_events(numbers.days), _users(numbers.days), _organizations(numbers.organizations)]
    if numbers.days:
        first, last = numbers.days[0], numbers.days[-1]
        period = f"{first.event_date} to {last.event_date}"
        cards = {
            "days": len(numbers.days),
            "events": sum(day.total for day in numbers.days),
            "users at the end": last.users,
            "events on the busiest day": max(day.total for day in numbers.days),
        }
    else:
        period, cards = "no loaded days", {}
    file.write_text(
        PAGE.format(
            period=period,
            freshness="".join(f"<p>{html.escape(str(line))}</p>" for line in numbers.freshness),
            cards="".join(f"<div><b>{n:,}</b>{name}</div>" for name, n in cards.items()),
            charts="".join(
                "<section>"
                + chart.to_html(
                    full_html=False, include_plotlyjs=False, config={"displayModeBar": False}
                )
                + "</section>"
                for chart in charts
            ),
            plotly=get_plotlyjs(),
        ),
        encoding="utf-8",
    )


def _events(days: Sequence[Day]) -> Any:
    chart = _chart("Events a day, by type")
    for name, color in EVENTS.items():
        numbers = [getattr(day, name) for day in days]
        chart.add_bar(x=[day.event_date for day in days], y=numbers, name=name, marker_color=color)
    return chart.update_layout(barmode="stack").update_xaxes(_day_axis(days))


def _users(days: Sequence[Day]) -> Any:
    chart = _chart("Users at the end of each day")
    chart.add_scatter(
        x=[day.event_date for day in days],
        y=[day.users for day in days],
        mode="lines+markers",
        fill="tozeroy",
        line={"color": PLANS[0], "width": 3},
        fillcolor="#26465322",
        cliponaxis=False,
    )
    return chart.update_xaxes(_day_axis(days)).update_yaxes(rangemode="tozero")


def _day_axis(days: Sequence[Day]) -> dict[str, object]:
    """Name each day while there is room."""
    if not 0 < len(days) <= 14:
        return {}
    noon = [datetime(day.year, day.month, day.day, 12) for day in (days[0][0], days[-1][0])]
    ends = [noon[0] - timedelta(days=1), noon[1]]
    return {"dtick": 86_400_000, "tickformat": "%a %-d %b", "range": ends}


def _organizations(rows: Sequence[tuple[str | None, str | None, int]]) -> Any:
    labelled = [(_label(name), _label(plan), n) for name, plan, n in rows]
    names = list(dict.fromkeys(name for name, _, _ in labelled))
    shown = names[-LARGEST:]
    title = "Users now, by organization and plan"
    if len(shown) < len(names):
        title += f" (the {LARGEST} largest of {len(names):,})"
    chart = _chart(title)
    for number, plan in enumerate(sorted({plan for _, plan, _ in labelled})):
        users = {name: n for name, of_plan, n in labelled if of_plan == plan}
        chart.add_bar(
            x=[users.get(name, 0) for name in shown],
            y=shown,
            name=plan,
            orientation="h",
            marker_color=PLANS[number % len(PLANS)],
        )
    return chart.update_layout(barmode="stack", height=160 + 26 * len(shown), hovermode="y unified")


def _label(name: str | None) -> str:
    """Quote what plotly would take for markup, which <b> and <a> are. It does not know &quot;."""
    return html.escape(printable(name or "none"), quote=False)


def _chart(title: str) -> Any:
    chart = go.Figure().update_layout(
        title={"text": title, "x": 0.02},
        template="plotly_white",
        font={"family": "system-ui, sans-serif", "size": 13},
        margin={"l": 50, "r": 20, "t": 60, "b": 40},
        height=360,
        hovermode="x unified",
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.1, "traceorder": "normal"},
    )
    return chart.update_xaxes(automargin=True).update_yaxes(automargin=True, ticklabelstandoff=6)


PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>User events, {period}</title>
<style>
body {{ font: 16px system-ui, sans-serif; color: #264653; background: #f4f6f6; margin: 0 }}
main {{ max-width: 1000px; margin: 2rem auto; padding: 0 1rem }}
h1 {{ margin-bottom: 0 }}
header p {{ margin: 0.5rem 0; font-size: 0.8rem }}
header div {{ display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.5rem 0 }}
header div div {{ display: block; flex: 1; margin: 0; padding: 1rem; white-space: nowrap }}
header b {{ display: block; font-size: 1.8rem }}
header div div, section {{ background: white; border-radius: 8px; box-shadow: 0 1px 3px #0002 }}
section {{ margin: 1.5rem 0; padding: 1rem }}
</style>
<script>{plotly}</script>
<main>
<header><h1>User events</h1>{period}{freshness}<div>{cards}</div></header>
{charts}
</main>
</html>
"""
