"""The rows of the bench's table."""
from dataclasses import astuple, dataclass

HEADINGS = ("what", "before", "limit", "measured", "goal", "ratio / ok")


@dataclass
class Row:
    what: str
    #: Of the system that FAJMA replaces, on the reference machine.
    before: str
    #: Of a bare program that does only this part.
    limit: str
    measured: str
    goal: str
    verdict: str


def verdict(holds):
    return "ok" if holds else "missed"


def show(rows):
    lines = [HEADINGS, *(astuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for number, line in enumerate(lines):
        print(" | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("-|-".join("-" * width for width in widths))


def percentile(sorted_values, share):
    """The smallest value that this share of them does not exceed."""
    return sorted_values[max(0, -(-int(len(sorted_values) * share * 1000) // 1000) - 1)]
