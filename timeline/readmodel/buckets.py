"""The buckets of time that overviews count by."""

from enum import StrEnum


class Bucket(StrEnum):
    """A day, an ISO week (from Monday) or a calendar month, all UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
