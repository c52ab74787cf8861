"""Texts show what they say: what reorders others or shows nothing is refused where it comes in, and stays readable."""
# ruff: noqa: RUF001 - texts in many scripts

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios import described
from timeline.domain import checks
from timeline.domain.descriptions import Description, DescriptionChanges
from timeline.domain.legibility import fault_of, isolated, legible, without_controls
from timeline.domain.values import Account, Actor, MessageId, Place
from timeline.domain.vocabulary import Aspect, Stance
from timeline.errors import InvalidValue

RLO_TITLE = "Attack by \u202eside B on side A"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (RLO_TITLE, "U+202E (RIGHT-TO-LEFT OVERRIDE), which is its character 11"),
        ("a\u202ab\u202c", "U+202A (LEFT-TO-RIGHT EMBEDDING), which is its character 2"),
        ("a\u202c", "U+202C (POP DIRECTIONAL FORMATTING)"),
        ("\u2067אב", "U+2067 (RIGHT-TO-LEFT ISOLATE) only with a U+2069 (POP DIRECTIONAL ISOLATE) after it"),
        ("\u2068a \u2066b\u2069", "U+2068 (FIRST STRONG ISOLATE) only with a U+2069"),
        ("a\u2069b", "no U+2069 (POP DIRECTIONAL ISOLATE) without an isolate that it closes; character 2 is one"),
        ("\u2066a\nb\u2069", "U+2066 (LEFT-TO-RIGHT ISOLATE) only with a U+2069"),
        ("\u2066a\u2029b\u2069", "U+2066 (LEFT-TO-RIGHT ISOLATE) only with a U+2069"),
        ("\u200b\u200b\u2060", "this one holds only U+200B (ZERO WIDTH SPACE), U+2060 (WORD JOINER)"),
        ("\u3164", "U+3164 (HANGUL FILLER)"),
        ("\u115f\u1160\uffa0\u00a0", "U+115F (HANGUL CHOSEONG FILLER)"),
        ("\u2800 \u2800", "U+2800 (BRAILLE PATTERN BLANK)"),
        ("\ufe0f\u200d", "U+FE0F (VARIATION SELECTOR-16)"),
        ("\U000e0041\U000e007f", "U+E0041 (TAG LATIN CAPITAL LETTER A)"),
        ("\u00ad\u034f\u180e\ufeff", "U+00AD (SOFT HYPHEN)"),
        ("\u200e\u200f\u061c", "U+200E (LEFT-TO-RIGHT MARK)"),
        ("\u2067\u2069", "U+2067 (RIGHT-TO-LEFT ISOLATE)"),
    ],
)
def test_a_text_that_misleads_or_shows_nothing_is_refused_by_the_name_of_the_control(text: str, named: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        described(title=text)

    assert refused.value.field == "title"
    assert named in refused.value.allowed
    assert "\u202e" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "שלום",
        "\u2067שלום\u2069 beside \u2068English\u2069",
        "\u2067a\u2066b\u2069\u2069\n\u2068c\u2069",
        "می\u200cخواهم",
        "क्\u200dष",
        "5\u200e km \u200fאב\u061c",
        "👩\u200d🚒 🏴\U000e0067\U000e0062\U000e007f ❤\ufe0f",
        "soft\u00adhyphen",
        "\u0301",
        "Bakh\u200bmut",
        "…",
    ],
)
def test_marks_that_writing_needs_are_no_fault(text: str) -> None:
    assert described(title=text).title == text
    assert legible(text) == text


def test_every_kind_of_text_is_looked_at() -> None:
    fault = "x\u202ey"
    makes = {
        "name": lambda: Place(fault),
        "admin": lambda: Place("x", admin=fault),
        "role": lambda: Actor("x", fault),
        "quote": lambda: Account("bbc", {Aspect.OCCURRENCE: Stance.ASSERTS}, fault),
        "gist": lambda: Account("bbc", {Aspect.OCCURRENCE: Stance.ASSERTS}, None, fault),
        "url": lambda: Account("bbc", {Aspect.OCCURRENCE: Stance.ASSERTS}, url=f"https://example.org/{fault}"),
        "id": lambda: MessageId("//x", fault),
        "source": lambda: MessageId(fault, "x"),
        "summary": lambda: DescriptionChanges(summary=fault),
        "tags.1": lambda: described(tags=("x", fault)),
        "external_id": lambda: described(external_id=f"set:{fault}"),
    }
    for field, make in makes.items():
        with pytest.raises(InvalidValue) as refused:
            make()

        assert (refused.value.field, "U+202E" in refused.value.allowed) == (field, True)


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\u200d", "\u2066", "\ufe0f", "\u3164", "\u061c"])
def test_a_name_for_machines_holds_nothing_that_can_not_be_seen(character: str) -> None:
    for check, text in ((checks.external_id, f"set:a{character}b"), (checks.url, f"https://example.org/a{character}b")):
        with pytest.raises(InvalidValue) as refused:
            check("field", text)

        assert f"U+{ord(character):04X}" in refused.value.allowed


def test_what_was_recorded_before_is_read_and_a_tag_of_it_still_refused_where_it_comes_in() -> None:
    with checks.as_recorded():
        older = described(title=RLO_TITLE, tags=("x\u202ez",))
        assert Actor("\u200b", "x").name == "\u200b"

    revised = DescriptionChanges(summary="More is known").applied_to(older)

    assert (revised.title, revised.tags) == (RLO_TITLE, ("x\u202ez",))
    with pytest.raises(InvalidValue):
        described(tags=("x\u202ez",))
    with pytest.raises(InvalidValue), checks.as_recorded():
        Description("bakhmut", older.kind, "a\0b", older.occurred)


def test_an_older_text_is_shown_without_what_misleads_and_never_as_nothing() -> None:
    assert legible(RLO_TITLE) == "Attack by side B on side A"
    assert legible("\u2067a \u2069\u2069\u2068") == "\u2067a \u2069"
    assert legible("\u200b\u2060\u200b") == "[U+200B, U+2060]"
    assert isolated("English") == "English"
    assert isolated("שלום\nEnglish") == "\u2068שלום\u2069\n\u2068English\u2069"
    assert without_controls("\u202aa\u2067b\u2069\u202c") == "ab"
    assert without_controls("\u200b") == ""


@given(
    st.text(
        st.sampled_from("ab א\n\u2029\u202a\u202e\u202c\u2066\u2067\u2068\u2069\u200b\u200f\u3164"),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_shown_is_always_without_fault(text: str) -> None:
    assert fault_of(legible(text)) is None
    assert fault_of(isolated(text)) is None
    assert legible(legible(text)) == legible(text)
    if fault_of(text) is None:
        assert legible(text) == text


@given(st.text(st.characters(categories=("Cc", "Cf", "Zs", "Zl", "Zp")), min_size=1))
def test_spaces_and_controls_alone_show_nothing(text: str) -> None:
    visible = {chr(code) for code in (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)}

    assert bool(fault_of(text)) or any(sign in visible for sign in text)
    assert all(unicodedata.category(sign) == "Cf" for sign in visible)
