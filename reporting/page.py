"""The report as one HTML file: SVG charts in a page that needs neither scripts nor a network."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, timedelta
from itertools import count, groupby
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader

from driver.command_line import printable
from reporting.report import Day, Numbers

ORGANIZATIONS: Final = 20  # named; the others are one row
PLANS: Final = 7  # named: as many colours as everybody can tell apart; the others are grey
ROWS: Final = 3_660  # days in the table, so that the page stays small
RESTATEMENTS: Final = 100  # in their table
BARS: Final = 120
# What a bar stands for, and how many days that are at most: the first that makes few enough bars.
UNITS: Final = {"day": 1, "week": 7, "month": 31, "year": 366}


class Bucket(NamedTuple):
    """A day, week, month or year of a chart: its loaded days, and how many it has in the period."""

    first: date
    days: list[Day]
    length: int
    is_part: bool  # the period begins or ends within it


class Bar(NamedTuple):
    """A bucket as a chart draws it: rectangles as (series, top, height) in percent."""

    title: str
    shapes: list[tuple[str, float, float]]
    is_part: bool


class Chart(NamedTuple):
    """What the template draws. Values are in percent of the height, from the top."""

    title: str
    summary: str
    unit: str
    series: list[str]
    bars: list[Bar]
    gaps: list[tuple[int, int]]  # the first bar of days that are not loaded, and how many
    ticks: list[tuple[str, float]]
    labels: list[tuple[str, float, bool]]  # the text, where, and whether a phone has room
    lines: list[list[tuple[int, float]]]  # steps from bar to bar, broken where nothing is loaded


class Stack(NamedTuple):
    """The users of an organization, by plan: (series, plan, users, percent of the largest).

    The others together, which may be more than the largest, have no parts.
    """

    name: str
    users: int
    parts: list[tuple[int, str, int, float]]


def write_html(numbers: Numbers, file: Path) -> None:
    """Write one file that needs no network. Raises OSError."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = "{:,}".format
    environment.filters["signed"] = "{:+,}".format
    days = numbers.days
    plans, stacks = _organizations(numbers.organizations)
    page = environment.get_template("report.html.j2").render(
        numbers=numbers,
        made_at=f"{numbers.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        period=f"{days[0].event_date} to {days[-1].event_date}" if days else "no loaded days",
        charts=_charts(days) if days else [],
        rows=reversed(list(_rows(days[-ROWS:]))),
        restated={restatement.event_date for restatement in numbers.restatements},
        restatements=numbers.restatements[:RESTATEMENTS],
        omitted=len(days[:-ROWS]),
        busiest=max(days, key=lambda day: day.total, default=None),
        plans=plans,
        stacks=stacks,
    )
    file.write_text(page, encoding="utf-8")


def _charts(days: Sequence[Day]) -> list[Chart]:
    unit, buckets = _buckets(days)
    types: dict[str, Callable[[list[Day]], int]] = {
        "created": lambda days: sum(day.created for day in days),
        "updated": lambda days: sum(day.updated for day in days),
        "deleted": lambda days: sum(day.deleted for day in days),
    }
    if any(day.further for day in days):
        types["further"] = lambda days: sum(day.further for day in days)
    events = _chart(f"Events per {unit}, by type", unit, buckets, types)
    users = _chart(
        f"Users at the end of each {unit}", unit, buckets, {}, lambda days: days[-1].users
    )
    changes = _chart(
        f"New and deleted users per {unit}",
        unit,
        buckets,
        {
            "new": lambda days: sum(day.new for day in days),
            "deleted": lambda days: -sum(day.gone for day in days),
        },
    )
    return [events, users, changes]


def _buckets(days: Sequence[Day]) -> tuple[str, list[Bucket]]:
    """Divide the time from the first day to the last, so that BARS are enough for it."""
    first, last = days[0].event_date, days[-1].event_date
    length = (last - first).days + 1
    unit = next((unit for unit, most in UNITS.items() if length <= BARS * most), "year")
    loaded = {
        start: list(group)
        for start, group in groupby(days, key=lambda day: _start(day.event_date, unit))
    }
    buckets = []
    while first <= last:
        start = _start(first, unit)
        following = _start(start + timedelta(UNITS[unit]), unit)
        in_range = (min(following, last + timedelta(1)) - first).days
        is_part = in_range < (following - start).days
        buckets.append(Bucket(first, loaded.get(start, []), in_range, is_part))
        first = following
    return unit, buckets


def _start(day: date, unit: str) -> date:
    match unit:
        case "week":
            return day - timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def _chart(
    title: str,
    unit: str,
    buckets: Sequence[Bucket],
    series: dict[str, Callable[[list[Day]], int]],
    line: Callable[[list[Day]], int] | None = None,
) -> Chart:
    """Stack what *series* count, negative numbers downwards; or draw one *line*."""
    values = [{name: number(bucket.days) for name, number in series.items()} for bucket in buckets]
    levels = [line(bucket.days) if line and bucket.days else None for bucket in buckets]
    tops = [sum(n for n in value.values() if n > 0) for value in values]
    tops += [level for level in levels if level is not None]
    most, least = max(tops), min(min(value.values(), default=0) for value in values)
    ticks = _ticks(least, most)
    top, height = ticks[-1], ticks[-1] - ticks[0]

    def down(value: float) -> float:
        return round(100 * (top - value) / height, 2)

    bars = [
        Bar(
            _bar_title(*drawn),
            [
                (name, down(upper), round(down(lower) - down(upper), 2))
                for name, upper, lower in _stack(drawn[1])
            ],
            drawn[0].is_part,
        )
        for drawn in zip(buckets, values, levels, strict=True)
    ]
    return Chart(
        title,
        _summary(title, buckets, values, levels),
        unit,
        list(series),
        bars,
        _gaps(buckets),
        [(_short(abs(tick)), down(tick)) for tick in ticks],
        _labels(buckets),
        [
            [(number, down(level)) for number, level in steps if level is not None]
            for is_known, steps in groupby(enumerate(levels), key=lambda step: step[1] is not None)
            if is_known
        ],
    )


def _stack(value: dict[str, int]) -> Iterable[tuple[str, int, int]]:
    """Yield where the rectangle of each number begins and ends: on the one before, or below 0."""
    base = 0
    for name, number in value.items():
        if number > 0:
            yield name, base + number, base
            base += number
        elif number:
            yield name, 0, number


def _ticks(least: int, most: int) -> Sequence[int]:
    """Choose whole round numbers, few of them, that enclose all values."""
    step = next(
        step
        for step in (factor * 10**power for power in count() for factor in (1, 2, 5))
        if most - least <= 4 * step
    )
    return range(step * (least // step), step * max(1, -(-most // step)) + 1, step)


def _short(tick: int) -> str:
    return f"{tick / 10**6:,g}M" if tick >= 10**6 else f"{tick:,}"


def _bar_title(bucket: Bucket, value: dict[str, int], level: int | None) -> str:
    first, last = bucket.first, bucket.first + timedelta(bucket.length - 1)
    when = f"{first}" if first == last else f"{first} to {last}"
    if not bucket.days:
        return f"{when}: not loaded"
    shown = [_counts(value) if level is None else f"{level:,} users"]
    if len(bucket.days) < bucket.length:
        shown.append(f"{len(bucket.days)} of {bucket.length} days loaded")
    part = " (part)" if bucket.is_part else ""
    return f"{when}{part}: {', '.join(shown)}"


def _counts(value: dict[str, int]) -> str:
    text = ", ".join(f"{abs(number):,} {name}" for name, number in value.items())
    return f"{text}, net change {sum(value.values()):+,}" if "new" in value else text


def _summary(
    title: str,
    buckets: Sequence[Bucket],
    values: Sequence[dict[str, int]],
    levels: Sequence[int | None],
) -> str:
    """Say in words what the chart shows, for who cannot see it."""
    last = buckets[-1].first + timedelta(buckets[-1].length - 1)
    text = f"{title}, {buckets[0].first} to {last}."
    known = [level for level in levels if level is not None]
    if known:
        text += f" {known[0]:,} at first, {known[-1]:,} at last, {max(known):,} at most."
    else:
        totals = {name: sum(value[name] for value in values) for name in values[0]}
        text += f" {_counts(totals)}."
    missing = sum(bucket.length - len(bucket.days) for bucket in buckets)
    return text + (f" {missing:,} of the days are not loaded." if missing else "")


def _gaps(buckets: Sequence[Bucket]) -> list[tuple[int, int]]:
    gaps = []
    missing = [len(bucket.days) < bucket.length for bucket in buckets]
    for is_gap, group in groupby(enumerate(missing), key=lambda each: each[1]):
        numbers = [number for number, _ in group]
        if is_gap:
            gaps.append((numbers[0], len(numbers)))
    return gaps


def _labels(buckets: Sequence[Bucket]) -> list[tuple[str, float, bool]]:
    every = -(-len(buckets) // 8)
    years = {bucket.first.year for bucket in buckets}
    pattern = "%-d %b" if len(years) == 1 else "%-d %b %Y"
    return [
        (f"{bucket.first:{pattern}}", round(100 * (number + 0.5) / len(buckets), 2), rank % 3 == 0)
        for rank, (number, bucket) in enumerate(list(enumerate(buckets))[::every])
    ]


def _rows(days: Sequence[Day]) -> Iterable[tuple[str, Day | None]]:
    """Yield each day, and between them those that are not loaded, joined."""
    before = None
    for day in days:
        if before and (missing := (day.event_date - before).days - 1):
            first, last = before + timedelta(1), day.event_date - timedelta(1)
            yield (f"{first}" if missing == 1 else f"{first} to {last} ({missing:,} days)"), None
        yield f"{day.event_date}", day
        before = day.event_date


def _organizations(
    rows: Sequence[tuple[str | None, str | None, int]],
) -> tuple[list[str], list[Stack]]:
    """Return the plans in the order of their colours, and the organizations, largest first."""
    by_plan: Counter[str] = Counter()
    by_name: Counter[str] = Counter()
    for name, plan, n_users in rows:
        by_plan[_label(plan, "no plan")] += n_users
        by_name[_label(name, "no organization")] += n_users
    plans = _largest(by_plan, PLANS, "other plans")
    names = _largest(by_name, ORGANIZATIONS, "other organizations")
    users: dict[str, Counter[str]] = {name: Counter() for name in dict.fromkeys(names.values())}
    for name, plan, n_users in rows:
        users[names[_label(name, "no organization")]][plans[_label(plan, "no plan")]] += n_users
    shown = list(dict.fromkeys(plans.values()))
    most = max(by_name.values(), default=0)
    return shown, [
        Stack(
            name,
            sum(counts.values()),
            [
                (number, plan, counts[plan], round(100 * counts[plan] / most, 2))
                for number, plan in enumerate(shown)
                if counts[plan] and name in by_name
            ],
        )
        for name, counts in users.items()
    ]


def _largest(sizes: Counter[str], limit: int, others: str) -> dict[str, str]:
    """Name the largest as they are, and the rest, of at least two, as *others*."""
    names = [name for name, _ in sizes.most_common()]
    if len(names) > limit + 1:
        rest = f"{len(names) - limit:,} {others}"
        return {name: name if rank < limit else rest for rank, name in enumerate(names)}
    return {name: name for name in names}


def _label(name: str | None, none: str) -> str:
    return none if name is None else printable(name)
