"""Draws what runs came to as an SVG picture: rates, costs, and every task."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from inhouse.evaluating.attempt import Attempt
from inhouse.evaluating.summary import Summary, summarise
from inhouse.sanitise import strip_unsafe

WIDTH = 860
MARGIN = 24
NAME_WIDTH = 210
BAR_LEFT = MARGIN + NAME_WIDTH
BAR_WIDTH = 400
ROW = 30
BAR = 14
CELL = 26
LEAST_COLUMN, MOST_COLUMN = 76, 150
CHARACTER = 7.5
NAME_CHARACTERS = 26
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Colours apart in lightness as well, for eyes that see fewer hues; signs say the same.
STYLE = """
  .page { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e }
  .line { stroke: #d1d9e0 } .whisker { stroke: #1f2328; stroke-width: 1.5 }
  .bar, .partly { fill: #a5cdfb } .solved { fill: #0b62c4 }
  .failed, .untried { fill: #e8eaed } .other { fill: #f2b84b }
  .on-solved { fill: #ffffff } .on-failed, .on-untried { fill: #59636e }
  .on-partly, .on-other { fill: #1f2328 }
  text { font: 13px system-ui, sans-serif } .title { font-size: 17px; font-weight: 600 }
  .head { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #f0f6fc } .faint { fill: #9198a1 }
    .line { stroke: #3d444d } .whisker { stroke: #f0f6fc }
    .bar, .partly { fill: #1f4f87 } .solved { fill: #58a6ff }
    .failed, .untried { fill: #2d333b } .other { fill: #9a6700 }
    .on-solved { fill: #0d1117 } .on-failed, .on-untried { fill: #9198a1 }
    .on-partly, .on-other { fill: #ffffff }
  }
"""
Named = tuple[str, Sequence[Attempt]]


@dataclass(slots=True)
class _Page:
    """The elements so far, and how far down they reach."""

    elements: list[str]
    y: float = MARGIN

    def text(self, x: float, text: str, kind: str = "text", anchor: str = "start") -> None:
        """A text on the line at `y`."""
        self.elements.append(
            f'<text x="{x:g}" y="{self.y:g}" class="{kind}" text-anchor="{anchor}">'
            f"{_safe(text)}</text>"
        )

    def box(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        """A rectangle."""
        self.elements.append(
            f'<rect x="{x:g}" y="{y:g}" width="{max(0, width):.1f}" height="{height:g}" rx="2"'
            f' class="{kind}"/>'
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
        """A line."""
        (x1, y1), (x2, y2) = start, end
        self.elements.append(
            f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" class="{kind}"/>'
        )


def draw(named: Sequence[Named]) -> str:
    """A picture of sets of attempts, each under a name; it can be read in light and dark."""
    summaries = [summarise(name, each) for name, each in named]
    page = _Page([])
    page.y += 16
    page.text(MARGIN, "Tasks solved", "text title")
    _draw_rates(page, summaries)
    _draw_costs(page, summaries)
    _draw_tasks(page, named)
    width = max(WIDTH, BAR_LEFT + MARGIN + LEAST_COLUMN * len(named))
    height = page.y + MARGIN
    told = "; ".join(_told(summary) for summary in summaries)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" aria-labelledby="title about">'
    )
    return "\n".join(
        (
            head,
            '<title id="title">Results of an evaluation</title>',
            f'<desc id="about">{_safe(told)}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect width="{width:g}" height="{height:g}" class="page"/>',
            *page.elements,
            "</svg>\n",
        )
    )


def _told(summary: Summary) -> str:
    return (
        f"{summary.model}: {summary.solved} of {summary.attempts} attempts at {summary.tasks}"
        f" tasks solved, pass@1 {summary.rate:.0%}, 95 % interval {summary.interval.low:.0%}"
        f" to {summary.interval.high:.0%}"
    )


def _draw_rates(page: _Page, summaries: Sequence[Summary]) -> None:
    """A bar for each, with its interval of 95 %."""
    page.y += 28
    page.text(MARGIN, "pass@1, with the 95 % interval", "faint")
    top = page.y + 8
    bottom = top + ROW * len(summaries)
    page.y = bottom + 16
    for tick in TICKS:
        x = BAR_LEFT + BAR_WIDTH * tick
        page.line((x, top), (x, bottom), "line")
        page.text(x, f"{tick:.0%}", "faint", "middle")
    for place, summary in enumerate(summaries):
        middle = top + ROW * (place + 0.5)
        page.y = middle + 4.5
        page.text(MARGIN, _cut(summary.model, NAME_CHARACTERS))
        page.box(BAR_LEFT, middle - BAR / 2, BAR_WIDTH * summary.rate, BAR, "bar")
        low, high = (
            BAR_LEFT + BAR_WIDTH * end for end in (summary.interval.low, summary.interval.high)
        )
        page.line((low, middle), (high, middle), "whisker")
        for end in (low, high):
            page.line((end, middle - 4), (end, middle + 4), "whisker")
        page.text(
            BAR_LEFT + BAR_WIDTH + 16,
            f"{summary.rate:.0%}, {summary.solved} of {summary.attempts}",
        )
    page.y = bottom + 16


def _draw_costs(page: _Page, summaries: Sequence[Summary]) -> None:
    """What it cost, each against the most."""
    measures = (
        ("tokens read", [s.input_tokens - s.cached_input_tokens for s in summaries]),
        ("tokens written", [s.output_tokens for s in summaries]),
        ("seconds", [s.seconds for s in summaries]),
    )
    for title, values in measures:
        page.y += 34
        page.text(MARGIN, title, "text head")
        most = max(values, default=0) or 1
        for summary, value in zip(summaries, values, strict=True):
            page.y += 22
            page.text(MARGIN, _cut(summary.model, NAME_CHARACTERS))
            length = BAR_WIDTH * value / most
            page.box(BAR_LEFT, page.y - 11, length, BAR, "bar")
            page.text(BAR_LEFT + BAR_WIDTH + 16, f"{value:,.0f}")


def _draw_tasks(page: _Page, named: Sequence[Named]) -> None:
    """A cell for each task and set: how many of its attempts solved it."""
    column = (WIDTH - BAR_LEFT - MARGIN) / max(1, len(named))
    column = min(MOST_COLUMN, max(LEAST_COLUMN, column))
    middles = [BAR_LEFT + column * (place + 0.5) for place in range(len(named))]
    page.y += 40
    page.text(MARGIN, "Each task", "text head")
    for middle, (name, _attempts) in zip(middles, named, strict=True):
        page.text(middle, _cut(name, int(column / CHARACTER)), "faint", "middle")
    page.y += 10
    tasks = dict.fromkeys(one.trial.task for _name, attempts in named for one in attempts)
    for task in tasks:
        page.y += CELL
        page.text(MARGIN, _cut(task, NAME_CHARACTERS))
        for middle, (_name, attempts) in zip(middles, named, strict=True):
            kind, sign = _cell([one for one in attempts if one.trial.task == task])
            page.box(middle - column / 2 + 3, page.y - 17, column - 6, CELL - 4, kind)
            page.text(middle, sign, f"on-{kind}", "middle")


def _cell(attempts: Sequence[Attempt]) -> tuple[str, str]:
    """The kind of a cell, and what stands in it."""
    made = [one for one in attempts if one.counts]
    if not made:
        return "untried", "skipped" if attempts else "not tried"
    if any(one.outcome in ("error", "unjudged") for one in made):
        return "other", "error" if any(one.outcome == "error" for one in made) else "open"
    solved = sum(one.solved for one in made)
    if len(made) == 1:
        return ("solved", "✓") if solved else ("failed", "✗")
    kind = "solved" if solved == len(made) else "partly" if solved else "failed"
    return kind, f"{solved}/{len(made)}"


def _cut(text: str, characters: int) -> str:
    """Text that fits; the end of a name tells most."""
    return text if len(text) <= characters else "…" + text[1 - characters :]


def _safe(text: str) -> str:
    return escape(strip_unsafe(text, kept=""))
