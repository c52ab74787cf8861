"""Who speaks of a UCDP GED event, and on whose word: the data set, the outlets that it cites, and the one who spoke.

Where `source_original` plainly names one, every outlet passes that one's word on (`repeats`), and so does the data set:
two agencies that quote one minister are one voice. The one who spoke is a source of its own, with an account that says
through whom it is known; or it is one of the outlets, which then speaks for itself while the others repeat it.
"""

from collections.abc import Sequence

from msgspec import Struct

from timeline.domain.values import Account
from timeline.domain.vocabulary import Stance
from timeline.importers.ucdp_cells import Cells
from timeline.importers.ucdp_originators import originator_of
from timeline.importers.ucdp_press import (
    DATA_SET,
    DATA_SET_NAME,
    data_set_account,
    office_slugs,
    originator_account,
    press_accounts,
    slug_of_office,
)
from timeline.importers.ucdp_press_dates import SlashOrder, dates_of
from timeline.importers.ucdp_words import gist_of

Source = tuple[str, str]
"""Slug and name."""
_DATA_SET: Source = (DATA_SET, DATA_SET_NAME)


class RowAccounts(Struct, frozen=True, gc=False):
    """The accounts of a row, that of the data set first, and the sources that give them.

    `originator` is the slug of the one who spoke where that is none of the outlets. `passed_on` counts the accounts
    that pass on another's word, `unread_dates` the dates of the press that could not be read and were left out.
    `unmatched_dates`: there are more or fewer of them than offices.
    """

    accounts: tuple[Account, ...]
    sources: tuple[Source, ...]
    originator: str | None
    passed_on: int
    unread_dates: int
    unmatched_dates: bool


def accounts_of(cells: Cells, order: SlashOrder | None) -> RowAccounts:
    """The accounts of a row; `order` is that of the dates with slashes in the whole column `source_date`."""
    name = originator_of(cells.source_original)
    origin = _origin(name, office_slugs(cells.source_office)) if name else None
    offices = cells.source_office.count(";") + 1 if cells.source_office.strip() else 0
    dates = dates_of(cells.source_date, offices, order)
    press, outlets = press_accounts(
        cells.source_office, cells.source_headline, cells.source_article, dates.by_office, origin
    )
    # Releases that list no offices cite their sources in one free text.
    cited = "" if press else cells.source_article
    gist = gist_of(cells.event_clarity, cells.code_status, cells.source_original, cited)
    own = data_set_account(gist, origin or (press[0][0] if press else None))
    counts = sum(Stance.REPEATS in one.stance.values() for one in outlets), dates.unread, dates.unmatched
    sources: list[Source] = [_DATA_SET, *press]
    if name is None or origin is None or any(slug == origin for slug, _ in press):
        return RowAccounts((own, *outlets), tuple(sources), None, *counts)
    spoke = originator_account(origin, [outlet for _, outlet in press])
    return RowAccounts((own, spoke, *outlets), (*sources, (origin, name)), origin, *counts)


def _origin(name: str, offices: Sequence[str]) -> str | None:
    """The slug of the one who spoke: that of an office where it is one, however it is spaced; None without a press."""
    slug = slug_of_office(name)
    if not offices or slug == DATA_SET:
        return None
    return next((office for office in offices if _squeezed(office) == _squeezed(slug)), slug)


def _squeezed(slug: str) -> str:
    return slug.replace("-", "")
