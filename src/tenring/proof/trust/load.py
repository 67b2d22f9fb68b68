"""The published lists, brought together under the pinned roots.

The root list counts when enough of the pinned keys signed it; the list of a network or programme when its own key did
and a list above recognises it to recognise. A list that is missing, stale or wrongly signed is a gap of the model.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tenring.exceptions import MalformedError, MaterialError, ProofError
from tenring.language import T
from tenring.proof.material import Held, Material
from tenring.proof.moment import moment
from tenring.proof.signatures import prover, root_signed
from tenring.proof.status.lists import Prove, SeenLists
from tenring.proof.strict import JsonObject
from tenring.proof.trust.entities import RecognisedList, StaleListError, read_list
from tenring.proof.trust.model import MOST_LINKS, Action, Entity, Gap, Recognition, TrustModel
from tenring.proof.trust.roots import Roots

#: Lists under one root; more are an attack.
MOST_LISTS: Final = 500


def load_trust(
    material: Material, roots: Roots, at: datetime, prove: Prove | None = None, *, seen: SeenLists | None = None
) -> TrustModel:
    """Who is recognised, as the lists say that can be relied on at this moment.

    `prove` checks the signature of a list by its publisher; None: with the keys that `material` has. `seen`: remembers
    the newest edition of each list, so that an older one shown later is a gap, too.

    Nothing is raised for a list that is missing, stale, or signed by nobody who may: it is a gap of the model, and what
    depends on it is unknown.
    """
    loading = _Loading(material, roots, at, prove or prover(material, at), seen)
    loading.all()
    return TrustModel(
        root=roots.network,
        entities=loading.entities,
        recognitions=tuple(loading.recognitions),
        gaps=tuple(loading.gaps),
        as_of=min(loading.got, default=None),
        fresh_until=min(loading.ends, default=None),
    )


@dataclass
class _Loading:
    """One loading, from the root list downwards."""

    material: Material
    roots: Roots
    at: datetime
    prove: Prove
    seen: SeenLists | None
    entities: dict[str, Entity] = field(default_factory=dict)
    recognitions: list[Recognition] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    got: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)

    def all(self) -> None:
        """Load the root list, then the lists of those whom it lets recognise, and theirs."""
        waiting: deque[tuple[str, str, tuple[str, ...]]] = deque([(self.roots.network, self.roots.trust_list, ())])
        seen = {self.roots.network}
        while waiting:
            publisher, address, above = waiting.popleft()
            if len(seen) > MOST_LISTS:
                self.gaps.append(
                    Gap(publisher, "trust_list_missing", T("there are more than {most} lists", most=MOST_LISTS))
                )
                continue
            listed = self._list(publisher, address, above)
            if listed is None or len(above) + 1 >= MOST_LINKS:
                continue
            for entity in listed.entities:
                if entity.did in seen or not self._may_recognise(entity.did, publisher):
                    continue
                seen.add(entity.did)
                if entity.list_address is not None:
                    waiting.append((entity.did, entity.list_address, (*above, publisher)))

    def _may_recognise(self, did: str, by: str) -> bool:
        return any(one.entity == did and one.by == by and one.action is Action.RECOGNISE for one in self.recognitions)

    def _list(self, publisher: str, address: str, above: tuple[str, ...]) -> RecognisedList | None:
        """One list, when it can be relied on; else the gap is noted."""
        try:
            held = self._held(address)
            listed = read_list(self._proven(held, publisher, root=not above))
            self._require_own(listed, publisher, above)
            listed.require_valid(self.at)
            self._require_newest(address, listed)
        except ProofError as error:
            reason = T("the trust list of {name} cannot be relied on: {error}", name=self._name(publisher), error=error)
            self.gaps.append(Gap(publisher, _code(error), reason))
            return None
        self.got.append(held.got)
        self.ends += [end for end in (listed.ends, held.fresh_until) if end is not None]
        for entity in (listed.publisher, *listed.entities):
            self.entities.setdefault(entity.did, entity)  # what stands nearer to the root is believed
        self.recognitions += listed.recognitions
        return listed

    def _held(self, address: str) -> Held:
        held = self.material.find(address)
        if held is None:
            raise MaterialError(T("{address} is not at hand", address=address))
        if not held.fresh(self.at):
            raise StaleListError(T("it is stale since {day}", day=moment(held.fresh_until or held.got)))
        return held

    def _proven(self, held: Held, publisher: str, *, root: bool) -> JsonObject:
        if not root:
            proven = self.prove(held.body)
            if proven.controller != publisher:
                raise MalformedError(T("{other} signed it", other=proven.controller))
            return proven.document
        return root_signed(held.body, self.roots, self.material, self.at)

    def _require_own(self, listed: RecognisedList, publisher: str, above: tuple[str, ...]) -> None:
        if listed.publisher.did != publisher:
            raise MalformedError(T("it is the list of {other}", other=listed.publisher.did))
        circle = {publisher, *above} & {one.entity for one in listed.recognitions}
        if circle:
            raise MalformedError(T("it recognises {did}, under whom it stands itself", did=min(circle)))

    def _require_newest(self, address: str, listed: RecognisedList) -> None:
        """Refuse an edition that is older than one that was seen: it may hide that somebody lost recognition."""
        issued = listed.valid_from
        newest = self.seen.newest(address) if self.seen is not None else None
        if newest is not None and (issued is None or issued < newest):
            raise MaterialError(T("it is older than the edition of {day} that was seen before", day=moment(newest)))
        if self.seen is not None and issued is not None and issued != newest:
            self.seen.saw(address, issued)

    def _name(self, did: str) -> str:
        return self.entities[did].name if did in self.entities else did


def _code(error: ProofError) -> str:
    if isinstance(error, StaleListError):
        return "trust_list_stale"
    return "trust_list_missing" if isinstance(error, MaterialError) else "trust_list_refused"
