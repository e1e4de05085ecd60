"""Finding a place by the way people say it, without asking anybody outside.

`Gazetteer` holds places, groups and landmarks and answers misspelt names, "by the church in
Hose", "craft club" or a postcode with the likeliest few, best first. Pure: values in, values
out, no database and no network; built once and shared between threads, since it never changes.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from booking.domain.place_words import (
    KIND_WORDS,
    sound,
    split_postcode,
    without_address,
    words,
)

MAX_MATCHES: Final = 50
MAX_KEYWORDS: Final = 40
LEAST_SCORE: Final = 45.0
WITHIN_OF_BEST: Final = 32.0
GOOD_SCORE: Final = 84.0
"""Below this no word fits well, so names run together or pulled apart are tried too."""

QUERY_SHARE: Final = 72.0
NAME_SHARE: Final = 28.0
ZONE_BONUS: Final = 6.0
NEAR_BONUS: Final = 5.0
NEAR_KM: Final = 6.0
KM_PER_DEGREE: Final = 111.195

IN_NAME, IN_OTHER_NAME, IN_VILLAGE, IN_KIND, IN_KEYWORDS = 1.0, 0.97, 0.95, 0.95, 0.8
"""How much a word counts by where it was found."""
BEGINS, SOUNDS_ALIKE, UNKNOWN_WORD = 0.9, 0.92, 0.5
NO_NAME, VILLAGE, KIND = -1, -2, -3
"""Where a word was found, when not in a name (names count from 0)."""
ONLY_KIND: Final = 0.9
"""Asking for a kind (`craft club`) is nearly as good as asking by name."""
HALF_VILLAGE: Final = 4.0
"""Taken off in part when only part of the village was said: Asfordby is not Asfordby Hill."""

KIND_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            "town", "village", "hamlet", "station", "hospital", "surgery", "stop", "hall",
            "church", "school", "shop", "retail", "landmark", "club_venue", "business", "pub",
            "depot",
        )
    )
}  # fmt: skip
RANK_STEP: Final = 0.1


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found. `key` is the caller's own name for it, given back unread.

    `zones`: codes of the zones whose journeys may begin or end here. `kind`: a place's kind or
    a group's (`craft`, `lunch`, ...). `keywords`: more words to find it by, such as a group's
    description; `authority` tells apart two villages of one name.
    """

    key: str
    name: str
    kind: str
    latitude: float
    longitude: float
    village: str = ""
    alternatives: tuple[str, ...] = ()
    zones: frozenset[str] = frozenset()
    postcode: str = ""
    keywords: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that fits; `label` names it so that it can't be taken for another."""

    entry: Entry
    label: str
    score: float
    """How well the words fit, 0 to 100; zone and nearness order matches but aren't in it."""
    in_zone: bool
    """Whether the zone asked about serves it; True when no zone was given."""


@dataclass(slots=True)
class _Posting:
    """Where one word occurs in one entry: its best weight, and the weight by each name."""

    index: int
    best: float = 0.0
    names: dict[int, float] = field(default_factory=dict)
    in_village: bool = False
    is_kind: bool = False


_Said = tuple[int, str, float, _Posting]
"""A word of the question (its position), the known word it is like, how like, and where."""


class Gazetteer:
    """Places, groups and landmarks, ready to be searched."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = tuple(entries)
        self._labels = _labels(self._entries)
        keys = (entry.key for entry in self._entries)
        self._label_of = dict(zip(keys, self._labels, strict=True))
        self._postings: dict[str, list[_Posting]] = defaultdict(list)
        self._sizes: list[list[int]] = []
        self._village_sizes: list[int] = []
        self._joined: dict[str, list[int]] = defaultdict(list)
        self._postcodes = [split_postcode(entry.postcode)[0] for entry in self._entries]
        for index, entry in enumerate(self._entries):
            self._add(index, entry)
        self._vocabulary = sorted(self._postings)
        self._joined_names = list(self._joined)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._by_sound[sound(word)].append(word)

    def __len__(self) -> int:
        return len(self._entries)

    def find(
        self,
        text: str,
        *,
        near: tuple[float, float] | None = None,
        zone: str | None = None,
        limit: int = 8,
    ) -> list[Match]:
        """The entries the text may mean, likeliest first; empty when nothing is like it.

        `near` is (latitude, longitude): of equals the nearer comes first. `zone` is a zone's
        code: places its journeys reach come first, others follow with `in_zone` False, so that
        the caller can explain rather than deny them. Any text may be given.
        """
        postcode, rest = split_postcode(text)
        scores = self._by_postcode(postcode) if postcode else {}
        if not scores:
            scores = self._by_words(words(without_address(rest)) or words(text))
        return self._best(scores, near, zone, max(1, min(limit, MAX_MATCHES)))

    def label(self, key: str) -> str | None:
        """The label of the entry with this key, or None."""
        return self._label_of.get(key)

    def _add(self, index: int, entry: Entry) -> None:
        sizes = []
        for position, name in enumerate((entry.name, *entry.alternatives)):
            spelt = words(name)
            sizes.append(len(spelt))
            self._post(spelt, index, position, IN_OTHER_NAME if position else IN_NAME)
            self._joined["".join(spelt)].append(index)
        self._sizes.append(sizes)
        village = words(entry.village) if entry.village != entry.name else []
        self._village_sizes.append(len(village))
        self._post(village, index, VILLAGE, IN_VILLAGE)
        self._post(KIND_WORDS.get(entry.kind, ()), index, KIND, IN_KIND)
        self._post(words(entry.keywords, most=MAX_KEYWORDS), index, NO_NAME, IN_KEYWORDS)

    def _post(self, spelt: Iterable[str], index: int, position: int, weight: float) -> None:
        for word in spelt:
            here = self._postings[word]
            if not here or here[-1].index != index:
                here.append(_Posting(index))
            posting = here[-1]
            posting.best = max(posting.best, weight)
            posting.in_village |= position == VILLAGE
            posting.is_kind |= position == KIND
            if position >= 0:
                posting.names[position] = weight

    def _by_postcode(self, postcode: str) -> dict[int, float]:
        """Scores of entries of that postcode: 100 for the whole of it, less for the beginning."""
        return {
            index: 100.0 if code == postcode else 80.0
            for index, code in enumerate(self._postcodes)
            if code.startswith(postcode)
        }

    def _by_words(self, asked: Sequence[str]) -> dict[int, float]:
        if not asked:
            return {}
        said: dict[int, list[_Said]] = defaultdict(list)
        worth = []
        for position, word in enumerate(asked):
            alike = self._alike(word, is_last=position == len(asked) - 1)
            worth.append(1.0 if alike else 0.0 if word.isdigit() else UNKNOWN_WORD)
            for known, likeness in alike.items():
                for posting in self._postings[known]:
                    said[posting.index].append((position, known, likeness, posting))
        scores = self._scores(said, sum(worth) or 1.0, len(asked))
        if max(scores.values(), default=0.0) < GOOD_SCORE:
            self._run_together(scores, asked)
        return scores

    def _scores(self, said: dict[int, list[_Said]], total: float, asked: int) -> dict[int, float]:
        """Scores of the entries worth showing; those that can't come near the best are skipped."""
        shares = sorted(
            ((_share(of_entry) / total, index) for index, of_entry in said.items()), reverse=True
        )
        scores: dict[int, float] = {}
        best = 0.0
        for share, index in shares:
            if QUERY_SHARE * share + NAME_SHARE < max(LEAST_SCORE, best - WITHIN_OF_BEST):
                break
            scores[index] = QUERY_SHARE * share + self._name_score(index, said[index], asked)
            best = max(best, scores[index])
        return scores

    def _name_score(self, index: int, said: Sequence[_Said], asked: int) -> float:
        """How much of the entry's name was asked for, less what of its village was not."""
        hits: dict[tuple[int, str], float] = {}
        in_village: set[str] = set()
        kinds: dict[int, float] = {}
        for position, word, likeness, posting in said:
            for name, weight in posting.names.items():
                hits[name, word] = max(likeness * weight, hits.get((name, word), 0.0))
            if posting.in_village:
                in_village.add(word)
            if posting.is_kind:
                kinds[position] = max(likeness, kinds.get(position, 0.0))
        named = [0.0] * len(self._sizes[index])
        for (name, _), weight in hits.items():
            named[name] += weight / self._sizes[index][name]
        share = min(1.0, max(*named, ONLY_KIND * sum(kinds.values()) / asked))
        unsaid = 1 - len(in_village) / self._village_sizes[index] if in_village else 0.0
        return NAME_SHARE * share - HALF_VILLAGE * unsaid

    def _alike(self, word: str, *, is_last: bool) -> dict[str, float]:
        """Known words the word may stand for, with how sure that is (0 to 1)."""
        alike = {}
        if len(word) >= (2 if is_last else 3):
            alike = {known: BEGINS for known in self._vocabulary if known.startswith(word)}
        if word in self._postings:
            return alike | {word: 1.0}
        for known in self._by_sound.get(sound(word), ()):
            alike[known] = SOUNDS_ALIKE
        if len(word) >= 4 and not word.isdigit():
            least = 0.74 if len(word) < 6 else 0.68
            for known, likeness, _ in process.extract(
                word,
                self._vocabulary,
                scorer=OSA.normalized_similarity,
                score_cutoff=least,
                limit=12,
            ):
                alike[known] = max(likeness, alike.get(known, 0.0))
        return alike

    def _run_together(self, scores: dict[int, float], asked: Sequence[str]) -> None:
        """Add names that fit once spaces are left out: `Longclawson`, `Mel ton`."""
        for name, likeness, _ in process.extract(
            "".join(asked), self._joined_names, scorer=fuzz.ratio, score_cutoff=80.0, limit=12
        ):
            for index in self._joined[name]:
                scores[index] = max(scores.get(index, 0.0), likeness * 0.95)

    def _best(
        self,
        scores: dict[int, float],
        near: tuple[float, float] | None,
        zone: str | None,
        limit: int,
    ) -> list[Match]:
        least = max(LEAST_SCORE, max(scores.values(), default=0.0) - WITHIN_OF_BEST)
        ranked = sorted(
            (-self._rank(index, score, near, zone), self._labels[index], index)
            for index, score in scores.items()
            if score >= least
        )
        return [self._match(index, scores[index], zone) for _, _, index in ranked[:limit]]

    def _rank(
        self, index: int, score: float, near: tuple[float, float] | None, zone: str | None
    ) -> float:
        entry = self._entries[index]
        rank = score - RANK_STEP * KIND_RANK.get(entry.kind, len(KIND_RANK))
        if zone is not None and zone in entry.zones:
            rank += ZONE_BONUS
        if near is not None:
            rank += NEAR_BONUS * math.exp(-_distance_km(near, entry) / NEAR_KM)
        return rank

    def _match(self, index: int, score: float, zone: str | None) -> Match:
        entry = self._entries[index]
        return Match(
            entry=entry,
            label=self._labels[index],
            score=min(100.0, round(score, 1)),
            in_zone=zone is None or zone in entry.zones,
        )


def _share(said: Sequence[_Said]) -> float:
    """How many of the words asked an entry has, each counted by its best weight."""
    if len(said) == 1:
        return said[0][2] * said[0][3].best
    best: dict[int, float] = {}
    for position, _, likeness, posting in said:
        best[position] = max(likeness * posting.best, best.get(position, 0.0))
    return sum(best.values())


def _labels(entries: Sequence[Entry]) -> tuple[str, ...]:
    """`School, Harby`; just `Hose` for the village; the county where that leaves two alike."""
    labels = [_label(entry) for entry in entries]
    uses = Counter(labels)
    return tuple(
        f"{label} ({entry.authority})" if uses[label] > 1 and entry.authority else label
        for entry, label in zip(entries, labels, strict=True)
    )


def _label(entry: Entry) -> str:
    if not entry.village or set(words(entry.village)) <= set(words(entry.name)):
        return entry.name
    return f"{entry.name}, {entry.village}"


def _distance_km(point: tuple[float, float], entry: Entry) -> float:
    """As the crow flies, on the flat: only for ordering neighbours."""
    north = (entry.latitude - point[0]) * KM_PER_DEGREE
    east = (entry.longitude - point[1]) * KM_PER_DEGREE * math.cos(math.radians(point[0]))
    return math.hypot(north, east)
