"""The status truth table: DESIGN section 3, every rule and every boundary."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scenarios import NOW, account, identity_of
from timeline.domain.facts import DevelopmentAssessed
from timeline.domain.status import GivenAccount, GivenAssessment, Identity, status_of, statuses
from timeline.domain.values import Account
from timeline.domain.vocabulary import Aspect, Credibility, Stance, Status, Verdict

OCCURRENCE = Aspect.OCCURRENCE
Told = list[GivenAccount]


def told(*given: Account | GivenAccount) -> Told:
    """Accounts, one after the other."""
    numbers = count(1)
    return [one if isinstance(one, GivenAccount) else GivenAccount(one, NOW, next(numbers)) for one in given]


def back(one: Account, *aspects: Aspect) -> GivenAccount:
    """An account that was taken back."""
    return GivenAccount(one, NOW, 0, frozenset(aspects or one.stance))


def verdict(word: str, aspect: Aspect = OCCURRENCE) -> GivenAssessment:
    """An analyst's verdict."""
    assessment = DevelopmentAssessed(aspect, Verdict(word), Credibility.PROBABLY_TRUE, "Seen on satellite pictures.")
    return GivenAssessment(assessment, NOW, 9)


RU, WAGNER, UA = account("ru-mod"), account("wagner"), account("ua-mod")
UA_DENIES, RU_DENIES = account("ua-mod", "denies"), account("ru-mod", "denies")
LEGION = account("legion")
OUTLETS = [account(f"outlet-{number}", "repeats", origin="ru-mod") for number in range(10)]

TABLE: dict[str, tuple[Told, GivenAssessment | None, str]] = {
    # 1. The latest assessment in force decides.
    "an analyst confirms what is disputed": (told(RU, UA_DENIES), verdict("confirmed"), "confirmed"),
    "an analyst refutes what is corroborated": (told(RU, UA), verdict("refuted"), "refuted"),
    "an analyst confirms what nobody spoke of": (told(), verdict("confirmed"), "confirmed"),
    "an analyst refutes what was taken back": (told(back(RU)), verdict("refuted"), "refuted"),
    "a withdrawn verdict gives the word back to the accounts": (told(RU, UA_DENIES), verdict("withdrawn"), "disputed"),
    "a withdrawn verdict on one claim": (told(RU), verdict("withdrawn"), "claimed"),
    # 2. Repeats weigh nothing.
    "one outlet repeats a claim": (told(RU, OUTLETS[0]), None, "claimed"),
    "ten outlets repeat one post": (told(RU, *OUTLETS), None, "claimed"),
    "a repeat of the other side's claim": (told(RU, account("ua-mod", "repeats", origin="ru-mod")), None, "claimed"),
    "only repeats, and nobody who said it": (told(*OUTLETS), None, "claimed"),
    "repeats beside a dispute": (told(RU, UA_DENIES, *OUTLETS), None, "disputed"),
    "repeats of a denial": (told(UA_DENIES, account("nexstar", "repeats", origin="ua-mod")), None, "denied"),
    "the claim is taken back, the outlets still carry it": (told(back(RU), *OUTLETS), None, "retracted"),
    # 3. No asserting account left: retracted. Only denials: denied.
    "the only claim is taken back": (told(back(RU)), None, "retracted"),
    "the only claim is taken back and was denied": (told(back(RU), UA_DENIES), None, "retracted"),
    "the only claim is taken back and was conceded": (told(back(RU), account("ua-mod", "concedes")), None, "retracted"),
    "one of two claims is taken back": (told(back(RU), WAGNER), None, "claimed"),
    "a claim of another aspect is taken back": (
        told(back(account(attribution="asserts"), Aspect.ATTRIBUTION)), None, "claimed"),
    "the source takes back and says it again": (told(back(RU), RU), None, "claimed"),
    "only denials": (told(UA_DENIES), None, "denied"),
    "denials from both sides": (told(UA_DENIES, RU_DENIES), None, "denied"),
    "a denial that was taken back": (told(RU, back(UA_DENIES)), None, "claimed"),
    "nothing but a denial that was taken back": (told(back(UA_DENIES)), None, "claimed"),
    # 4. At least one asserts and at least one denies.
    "one asserts, the other side denies": (told(RU, UA_DENIES), None, "disputed"),
    "one asserts, its own side denies": (told(RU, account("wagner", "denies")), None, "disputed"),
    "two sides assert, a third denies": (told(RU, UA, account("legion", "denies")), None, "disputed"),
    "one asserts, concedes, and another denies": (told(RU, account("rybar", "concedes"), UA_DENIES), None, "disputed"),
    "the denial rests on somebody else's word": (
        told(RU, account("nexstar", "denies", origin="ua-mod")), None, "disputed"),
    # 5. Two independent sources, none denies.
    "both sides assert": (told(RU, UA), None, "corroborated"),
    "a source without a side and one with": (told(LEGION, RU), None, "corroborated"),
    "two sources that each stand for themselves": (told(LEGION, account("corps")), None, "corroborated"),
    "the same side twice": (told(RU, WAGNER), None, "claimed"),
    "the same side three times": (told(RU, WAGNER, account("rybar")), None, "claimed"),
    "the same source twice": (told(LEGION, LEGION), None, "claimed"),
    "a source without a side is not on the side of that name": (told(RU, account("russia")), None, "corroborated"),
    "two outlets that rest on one post": (
        told(account("outlet-1", origin="ru-mod"), account("outlet-2", origin="ru-mod")), None, "claimed"),
    "an outlet that rests on the claim itself": (told(RU, account("nexstar", origin="ru-mod")), None, "claimed"),
    "two outlets that rest on two sides": (
        told(account("outlet-1", origin="ru-mod"), account("outlet-2", origin="ua-mod")), None, "corroborated"),
    "the same origin through a chain": (
        told(LEGION, account("outlet-1", origin="legion"), account("outlet-2", origin="outlet-1")), None, "claimed"),
    "the same origin through a chain of which one link only repeats": (
        told(LEGION, account("outlet-1", "repeats", origin="legion"), account("outlet-2", origin="outlet-1")),
        None, "claimed"),
    "two outlets that cite each other": (
        told(account("outlet-1", origin="outlet-2"), account("outlet-2", origin="outlet-1")), None, "claimed"),
    "three outlets that cite each other in a circle": (
        told(*(account(f"outlet-{n}", origin=f"outlet-{(n + 1) % 3}") for n in range(3))), None, "claimed"),
    "the claimant also repeats somebody, which makes no second source of who cites it": (
        told(LEGION, account("outlet-1", origin="legion"), account("legion", "repeats", origin="rybar")),
        None, "claimed"),
    "an outlet names two origins, one of them the claimant": (
        told(RU, account("nexstar", origin="ru-mod"), account("nexstar", "repeats", origin="ua-mod")), None, "claimed"),
    "an outlet that passes on two claimants is cited": (
        told(RU, account("tass", "repeats", origin="rybar"), account("tass", "repeats", origin="ru-mod"),
             account("nexstar", origin="tass")), None, "claimed"),
    "the same, told in the other order": (
        told(RU, account("tass", "repeats", origin="ru-mod"), account("tass", "repeats", origin="rybar"),
             account("nexstar", origin="tass")), None, "claimed"),
    "the other side concedes": (told(RU, account("ua-mod", "concedes")), None, "corroborated"),
    "the same side concedes": (told(RU, account("rybar", "concedes")), None, "corroborated"),
    "the same source asserts and concedes": (told(RU, account("ru-mod", "concedes")), None, "claimed"),
    "a concession that rests on the claim itself": (
        told(RU, account("rybar", "concedes", origin="ru-mod")), None, "claimed"),
    "two concessions and no claim": (
        told(account("ru-mod", "concedes"), account("ua-mod", "concedes")), None, "corroborated"),
    "a concession that was taken back": (told(RU, back(account("ua-mod", "concedes"))), None, "claimed"),
    "the second source was taken back": (told(RU, back(UA)), None, "claimed"),
    "both sides assert and the denial was taken back": (
        told(RU, UA, back(account("legion", "denies"))), None, "corroborated"),
    # 6. Otherwise claimed.
    "one source asserts": (told(RU), None, "claimed"),
    "one source concedes": (told(account("ua-mod", "concedes")), None, "claimed"),
    "one concedes, another denies, nobody asserts": (told(account("rybar", "concedes"), UA_DENIES), None, "claimed"),
    "nobody speaks of it": (told(), None, "claimed"),
    "somebody speaks of something else": (told(account("ru-mod", None, extent="denies")), None, "claimed"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "assessment", "expected"), TABLE.values(), ids=TABLE)
def test_the_status_of_an_aspect_is(given: Told, assessment: GivenAssessment | None, expected: str) -> None:
    assert status_of(OCCURRENCE, given, assessment, identity_of) == expected


def test_each_aspect_is_judged_by_itself() -> None:
    """The Grayvoron entry: the occurrence is common ground, who did it is not."""
    entry = told(account("legion", attribution="asserts"), account("governor", attribution="denies"))

    sides = {"governor": frozenset(["russia"]), "legion": frozenset(["opposition"])}

    assert statuses(entry, {}, lambda slug: Identity(slug, True, sides[slug])) == {
        Aspect.OCCURRENCE: Status.CORROBORATED,
        Aspect.ATTRIBUTION: Status.DISPUTED,
    }


UNREGISTERED = {
    "two that nobody registered": told(account("one"), account("two")),
    "one of two is registered": told(RU, account("two")),
    "one that nobody registered concedes": told(RU, account("two", "concedes")),
    "one is registered and concedes": told(account("ru-mod", "concedes"), account("two")),
}


@pytest.mark.parametrize("given", UNREGISTERED.values(), ids=UNREGISTERED)
def test_who_is_not_registered_is_never_one_of_two_voices(given: Told) -> None:
    def registered_only_the_ministry(slug: str) -> Identity:
        return Identity(slug, slug == "ru-mod")

    assert status_of(OCCURRENCE, given, None, registered_only_the_ministry) == "claimed"


def test_a_dispute_needs_no_registration() -> None:
    assert status_of(OCCURRENCE, told(RU, account("two", "denies")), None, Identity) == "disputed"


SAME = {"bbc-news": "bbc", "bbc-world": "bbc", "tass-agency": "tass"}
"""Sources that are the same as another; the BBC stands on a side of its own, TASS on Russia's."""


def same_identity_of(slug: str) -> Identity:
    name = SAME.get(slug, slug)
    return Identity(name, True, frozenset({"bbc": ["uk"], "tass": ["russia"], "ru-mod": ["russia"]}.get(name, [])))


ONE_VOICE: dict[str, tuple[Told, str]] = {
    "one source under two names": (told(account("bbc"), account("bbc-news")), "claimed"),
    "two names for a third": (told(account("bbc-news"), account("bbc-world")), "claimed"),
    "the second name concedes": (told(account("bbc"), account("bbc-news", "concedes")), "claimed"),
    "another source beside them": (told(account("bbc-news"), account("tass-agency")), "corroborated"),
    "a name whose other name is on the side": (told(account("tass-agency"), account("ru-mod")), "claimed"),
    "two outlets that pass on one under two names": (
        told(account("outlet-1", origin="tass"), account("outlet-2", origin="tass-agency")), "claimed"),
    "an outlet that passes it on under its other name": (
        told(account("bbc"), account("outlet-1", origin="bbc-news")), "claimed"),
    "the chain of origins goes through the other name": (
        told(account("legion"), account("bbc", "repeats", origin="legion"), account("outlet-1", origin="bbc-news")),
        "claimed"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), ONE_VOICE.values(), ids=ONE_VOICE)
def test_sources_that_are_the_same_are_one_voice(given: Told, expected: str) -> None:
    assert status_of(OCCURRENCE, given, None, same_identity_of) == expected


def test_the_bakhmut_capture_is_disputed_and_its_extent_conceded() -> None:
    capture = told(RU, account("ua-mod", "denies", extent="concedes"))

    assert statuses(capture, {}, identity_of) == {Aspect.OCCURRENCE: Status.DISPUTED, Aspect.EXTENT: Status.CLAIMED}


def test_an_aspect_taken_back_leaves_the_others_in_force() -> None:
    entry = told(back(account("legion", attribution="asserts"), Aspect.ATTRIBUTION))

    assert statuses(entry, {}, identity_of) == {Aspect.OCCURRENCE: Status.CLAIMED, Aspect.ATTRIBUTION: Status.RETRACTED}
    assert entry[0].in_force


def test_an_assessment_speaks_to_its_own_aspect_only() -> None:
    found = statuses(told(RU), {Aspect.EXTENT: verdict("refuted", Aspect.EXTENT)}, identity_of)

    assert found == {Aspect.OCCURRENCE: Status.CLAIMED, Aspect.EXTENT: Status.REFUTED}


SPEAKERS = ["ru-mod", "wagner", "ua-mod", "legion", "outlet"]
sources = st.sampled_from(SPEAKERS)


@st.composite
def given_accounts(draw: st.DrawFn) -> GivenAccount:
    """An account of the occurrence, perhaps of the extent too, perhaps resting on somebody's, perhaps taken back."""
    source, origin = draw(st.permutations([*SPEAKERS, None]))[:2] if draw(st.booleans()) else (draw(sources), None)
    if source is None:
        source, origin = origin, None
    words = [stance for stance in Stance if origin or stance is not Stance.REPEATS]
    stance = {aspect: draw(st.sampled_from(words)) for aspect in (OCCURRENCE, Aspect.EXTENT)[: draw(st.integers(1, 2))]}
    withdrawn = frozenset([OCCURRENCE]) if draw(st.integers(0, 5)) == 5 else frozenset()
    return GivenAccount(Account(source, stance, origin=origin), NOW, 1, withdrawn)


many = st.lists(given_accounts(), max_size=6)


@settings(max_examples=300)
@given(many, st.randoms(use_true_random=False))
def test_the_order_of_the_accounts_never_matters(voices: Told, random: Any) -> None:
    shuffled = list(voices)
    random.shuffle(shuffled)

    assert statuses(shuffled, {}, identity_of) == statuses(voices, {}, identity_of)


@settings(max_examples=300)
@given(many, sources, st.sampled_from(Aspect))
def test_adding_a_repeat_by_an_outlet_that_nobody_cites_never_changes_a_status(
    voices: Told, origin: str, aspect: Aspect
) -> None:
    repeat = GivenAccount(Account("yet-another-outlet", {aspect: Stance.REPEATS}, origin=origin), NOW, 2)

    before = statuses(voices, {}, identity_of)
    after = statuses([*voices, repeat], {}, identity_of)

    assert after == {aspect: Status.CLAIMED} | before


@settings(max_examples=300)
@given(many, sources, sources)
def test_adding_a_repeat_by_anybody_never_corroborates_anything(voices: Told, source: str, origin: str) -> None:
    passed_on = Account(source, {OCCURRENCE: Stance.REPEATS}, origin="rybar" if source == origin else origin)

    before = statuses(voices, {}, identity_of)
    after = statuses([*voices, GivenAccount(passed_on, NOW, 2)], {}, identity_of)

    gained = {aspect for aspect, status in after.items() if status is Status.CORROBORATED}
    assert gained <= {aspect for aspect, status in before.items() if status is Status.CORROBORATED}
