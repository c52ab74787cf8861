"""The page of what the log holds that was probably not meant, with links to where it is."""

from itertools import groupby
from typing import Any

from dash import html

from dashboards.elements import verbatim
from dashboards.pages.asked import Asked, Content, table, to
from timeline.plausibility.registry import CHECKS, WarningCode
from timeline.readmodel.findings import Finding, FindingFilters

MAX_FINDINGS_SHOWN = 500
"""Findings that the page lists; the API has pages of them."""


def overview(asked: Asked) -> Content:
    """All findings, by what they warn of."""
    answer = asked.reader.findings(asked.wanted, FindingFilters(), MAX_FINDINGS_SHOWN)
    found = answer.items
    body: list[Any] = [
        html.P(
            "What this log holds that was probably not meant, as far as can be told from the log itself. Receipts warn "
            "of the same. What is corrected, registered or opened goes from this list."
        )
    ]
    if not found:
        body.append(html.P("Nothing is found at these cuts.", className="quiet"))
    if answer.total > len(found):
        total = f"{answer.total:,}" if answer.complete else f"at least {answer.total:,}"
        body.append(html.P(f"The first {len(found):,} of {total}; /api/v1/checks has more of them, by front and code."))
    for code, findings in groupby(found, key=lambda one: one.warning.code):
        body += _section(asked, code, list(findings))
    return Content("Checks", body)


def _section(asked: Asked, code: WarningCode, findings: list[Finding]) -> list[Any]:
    check = CHECKS[code]
    rows = [[_named(asked, one), verbatim(one.warning.detail), f"{one.developments:,}"] for one in findings]
    return [
        html.H2(check.title),
        html.P(check.means),
        table(check.title, ("Where", "What", "Developments"), rows, {2}),
    ]


def _named(asked: Asked, found: Finding) -> Any:
    """A link to the development, source or front."""
    if found.id:
        return to(asked, "developments", str(found.id), found.title)
    return (
        to(asked, "sources", found.source, found.source)
        if found.source
        else to(asked, "fronts", found.front or "", found.front)
    )
