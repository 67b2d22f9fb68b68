"""What a JSON-LD document means, as canonical RDF: the bytes that the rdfc suites sign.

JSON-LD lets a reader drop what no context defines; a signature over the rest would cover less than the document shows.
So nothing may be lost here. Before pyoxigraph reads the document, every place where something would be dropped is given
an address under `LOST` (a default vocabulary, a base, and for terms that a context unmaps); what comes out under that
address would have been lost, and the document is refused. So is one with what is no IRI and no language, which readers
drop, and one with features whose meaning RDF does not keep.

Canonicalisation (RDFC-1.0) can take for ever on a graph made for it. Graphs whose blank nodes are told apart at once
take linear time and are done here; all others in a process of their own that is ended when its time is up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph

from tenring.exceptions import MalformedError, MaterialError
from tenring.language import T
from tenring.proof.material import Material
from tenring.proof.strict import JsonObject, read_object

LOST: Final = "https://lost.invalid/"
ALGORITHMS: Final = {
    "sha256": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_256,
    "sha384": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}
#: Keywords that keep their meaning in RDF. `@direction`, `@index` and `@nest` lose it; the others need no signing here.
KEPT: Final = frozenset({"@context", "@id", "@type", "@value", "@language"})
_CONTEXT_KEYS: Final = frozenset({"@vocab", "@version", "@protected", "@language"})
_TERM_KEYS: Final = frozenset({"@id", "@type", "@container", "@context", "@protected", "@prefix", "@language"})
_CONTAINERS: Final = frozenset({"@set", "@list", "@graph", "@language"})
_TYPES: Final = frozenset({"@id", "@vocab", "@json", "@none"})
#: Contexts that refer to each other deeper than this are no vocabulary but an attack.
_CONTEXT_DEPTH: Final = 8
#: Characters of a document with its contexts in place.
SIZE_LIMIT: Final = 2 * 1024**2
#: Objects times characters of contexts: a reader applies contexts to each object anew. A conformity credential under
#: the context of UNTP comes to 3 million, which takes a tenth of a second.
WORK_LIMIT: Final = 20_000_000
BLANK_NODE_LIMIT: Final = 5_000
#: So many blank nodes that look alike at first are told apart here: 6! orders at most, a few milliseconds.
ALIKE_LIMIT: Final = 6
#: Time for all others, with the start of a process.
SECONDS: Final = 0.8
_CHILD: Final = """
import sys, pyoxigraph as rdf
graph = rdf.Dataset(rdf.parse(sys.stdin.buffer.read(), format=rdf.RdfFormat.N_QUADS))
graph.canonicalize(getattr(rdf.CanonicalizationAlgorithm, sys.argv[1]))
sys.stdout.buffer.write(rdf.serialize(graph, format=rdf.RdfFormat.N_QUADS))
"""


class TooComplexError(MalformedError):
    """The graph has too many blank nodes that look alike: whether it is signed cannot be found out in time."""


def canonical_rdf(document: JsonObject, contexts: Material, algorithm: str = "sha256") -> bytes:
    """The canonical N-Quads of what `document` means.

    Args:
        document: JSON-LD, as `strict.read_json` gives it.
        contexts: JSON-LD contexts by address, pinned by the caller.
        algorithm: `sha256` or `sha384`, the hash inside RDFC-1.0.

    Raises:
        MalformedError: something of it would be lost, or it is not JSON-LD.
        TooComplexError: it cannot be canonicalised in time.
        MaterialError: a context is missing.
    """
    return canonical_quads(quads_of(document, contexts), algorithm)


def quads_of(document: JsonObject, contexts: Material) -> list[pyoxigraph.Quad]:
    """What `document` means, nothing lost.

    Raises:
        MalformedError: something of it would be lost, or it is not JSON-LD.
        MaterialError: a context is missing.
    """
    preparing = _Preparing(contexts)
    prepared = preparing.document(document)
    if preparing.objects * preparing.context_size > WORK_LIMIT:
        raise TooComplexError(T("it has more objects than can be read as RDF in time"))
    known: dict[Any, Any] = {}
    quads = [pyoxigraph.Quad(*(_kept(term, known) for term in _terms(quad))) for quad in _read(prepared)]
    _require_in_place(prepared, quads)
    return quads


def _read(prepared: JsonObject) -> list[pyoxigraph.Quad]:
    """What a prepared document means.

    The strict reader drops what is no IRI and no language, silently; the lenient one keeps it, to be looked at.
    """
    text = json.dumps(prepared, ensure_ascii=False)
    if len(text) > SIZE_LIMIT:
        raise TooComplexError(T("it is larger than {limit} bytes", limit=f"{SIZE_LIMIT:,}"))
    try:
        raw = text.encode("utf-8")
        return list(pyoxigraph.parse(raw, format=pyoxigraph.RdfFormat.JSON_LD, base_iri=LOST, lenient=True))
    except (SyntaxError, ValueError) as error:
        raise MalformedError(T("it is no JSON-LD: {error}", error=str(error).partition(" at line")[0])) from error


def _require_in_place(prepared: JsonObject, quads: list[pyoxigraph.Quad]) -> None:
    """Refuse a document that says something of itself elsewhere than at its top, where a verifier looks.

    RDF does not know where a statement stood: one moved into an object with the same identifier, deep inside, means
    the same and breaks no signature. Such an object is linked to by some statement; only then is it searched for.
    """
    key = "id" if "id" in prepared else "@id"
    identifier = prepared.get(key)
    if not isinstance(identifier, str):
        return
    if quads and not any(_is(quad.subject, identifier) for quad in quads):
        raise MalformedError(
            T("its id {value} is a label or an abbreviation of something else", value=repr(identifier))
        )
    if any(_is(quad.object, identifier) for quad in quads):
        elsewhere = _read(prepared | {key: f"{LOST}top"})
        if any(_is(quad.subject, identifier) for quad in elsewhere):
            raise MalformedError(T("it says something of itself elsewhere than at its top"))


def _is(term: Any, address: str) -> bool:  # noqa: ANN401 - a term of RDF
    return isinstance(term, pyoxigraph.NamedNode) and term.value == address


def _terms(quad: pyoxigraph.Quad) -> tuple[Any, Any, Any, Any]:
    return quad.subject, quad.predicate, quad.object, quad.graph_name


def _kept(term: Any, known: dict[Any, Any]) -> Any:  # noqa: ANN401 - a term of RDF
    """The term as a strict reader has it; refused if that would have dropped it."""
    if term in known:
        return known[term]
    address = term.datatype.value if isinstance(term, pyoxigraph.Literal) else getattr(term, "value", "")
    if address.startswith(LOST):
        what = repr(address[len(LOST) :])
        raise MalformedError(T("no context defines {term}, so it would be shown but not signed", term=what))
    kept = term
    try:
        if isinstance(term, pyoxigraph.NamedNode):
            kept = pyoxigraph.NamedNode(term.value)
        elif isinstance(term, pyoxigraph.Literal):
            pyoxigraph.NamedNode(term.datatype.value)
            kept = term if term.language is None else pyoxigraph.Literal(term.value, language=term.language)
    except ValueError as error:
        raise MalformedError(
            T("what is no IRI or no language would be shown but not signed: {term}", term=str(term))
        ) from error
    known[term] = kept
    return kept


def require_terms(document: JsonObject, contexts: Material) -> None:
    """Refuse a document with a term that none of its contexts defines, or that redefines a protected one.

    The text direction of a name is allowed here (it has no place in RDF), and what is null is passed over.

    Raises:
        MalformedError: with the term.
        MaterialError: a context is missing.
    """
    quads_of(_undirected({key: value for key, value in document.items() if key != "proof"}), contexts)


def _undirected(value: Any) -> Any:  # noqa: ANN401 - JSON is anything
    """`value` without text directions, and without what is null."""
    if isinstance(value, dict):
        return {
            key: entry if key == "@context" else _undirected(entry)
            for key, entry in value.items()
            if key != "@direction" and entry is not None
        }
    return [_undirected(entry) for entry in value if entry is not None] if isinstance(value, list) else value


class _Preparing:
    """Puts contexts in place of their addresses, so that nothing is fetched and nothing can be lost unseen."""

    def __init__(self, contexts: Material) -> None:
        self._contexts = contexts
        self.objects = 0
        self.context_size = 0

    def document(self, document: JsonObject) -> JsonObject:
        if "@value" in document:
            raise MalformedError(T("{path} holds {key}, which is shown but not signed", path="$", key="@value"))
        prepared: JsonObject = self._value(document, "$")
        prepared["@context"] = [{"@vocab": LOST}, *prepared.get("@context", [])]
        return prepared

    def _value(self, value: Any, path: str) -> Any:  # noqa: ANN401 - JSON is anything
        if isinstance(value, dict):
            if "@language" in value and "@value" not in value:
                raise MalformedError(T("{path} holds {key}, which is shown but not signed", path=path, key="@language"))
            self.objects += 1
            return {key: self._entry(key, entry, path) for key, entry in value.items()}
        if isinstance(value, list):  # an empty one says nothing, and is not in RDF; UNTP wants some to be there
            return [self._value(entry, f"{path}[{index}]") for index, entry in enumerate(value)]
        if value is None:
            raise MalformedError(T("{path} is null, which is shown but not signed", path=path))
        if isinstance(value, str) and _is_keyword(value):
            raise MalformedError(T("{path} is a keyword, which is shown but not signed", path=path))
        return value

    def _entry(self, key: str, entry: Any, path: str) -> Any:  # noqa: ANN401 - JSON is anything
        if key == "@context":
            context = self._flat(entry, 0, ours=False)
            self.context_size += len(json.dumps(context))
            return context
        if key.startswith("_:") or (key.startswith("@") and key not in KEPT):
            raise MalformedError(T("{path} holds {key}, which is shown but not signed", path=path, key=repr(key)))
        return self._value(entry, f"{path}.{key}")

    def _flat(self, context: Any, depth: int, *, ours: bool) -> list[Any]:  # noqa: ANN401 - JSON is anything
        """Contexts in place of their addresses. `ours`: they were got by an address, not written in the document."""
        if depth > _CONTEXT_DEPTH:
            raise MalformedError(T("its contexts refer to each other too deep"))
        if context is None and ours:  # elsewhere it would take back terms that are protected (JSON-LD 1.1 API, 4.1.2)
            return [None, {"@vocab": LOST}]
        if isinstance(context, str):
            return self._fetched(context, depth)
        if isinstance(context, list):
            return [part for entry in context for part in self._flat(entry, depth + 1, ours=ours)]
        if not isinstance(context, dict):
            raise MalformedError(T("a context is neither a URL nor an object"))
        # @base has no effect in a context got by its address (JSON-LD 1.1 API, 4.1.2); in the document it is refused.
        kept = {key: entry for key, entry in context.items() if not (ours and key == "@base")}
        return [{key: self._defined(key, entry, depth, ours=ours) for key, entry in kept.items()}]

    def _fetched(self, address: str, depth: int) -> list[Any]:
        held = self._contexts.find(address)
        if held is None:
            raise MaterialError(T("the context {address} is not at hand", address=address))
        body = read_object(held.body)
        if "@context" not in body:
            raise MalformedError(T("what is held as {address} is no context", address=address))
        return self._flat(body["@context"], depth + 1, ours=True)

    def _defined(self, key: str, entry: Any, depth: int, *, ours: bool) -> Any:  # noqa: ANN401 - JSON is anything
        """What a context says of a keyword or term."""
        if key.startswith("@"):
            if key not in _CONTEXT_KEYS:
                raise _unsupported(key)
            return _kept_address(LOST if key == "@vocab" and entry is None else entry)
        if entry is None:
            return f"{LOST}{key}"
        if not isinstance(entry, dict):
            return _kept_address(entry, {"@id", "@type"})
        return self._term(key, entry, depth, ours=ours)

    def _term(self, key: str, definition: JsonObject, depth: int, *, ours: bool) -> JsonObject:
        """An expanded term definition."""
        containers = _listed(definition.get("@container", []))
        for feature in [*(set(definition) - _TERM_KEYS), *(set(map(str, containers)) - _CONTAINERS)]:
            raise _unsupported(feature)
        term = dict(definition)
        if "@id" in term:
            term["@id"] = f"{LOST}{key}" if term["@id"] is None else _kept_address(term["@id"], {"@id", "@type"})
        _kept_address(term.get("@type"), _TYPES)
        if "@context" in term:
            term["@context"] = self._flat(term["@context"], depth + 1, ours=ours)
        return term


def _kept_address(value: Any, keywords: Iterable[str] = ()) -> Any:  # noqa: ANN401 - JSON is anything
    """`value`, unless it would make a term disappear: a blank node, or a keyword that RDF does not keep."""
    if isinstance(value, str) and (value.startswith("_:") or (_is_keyword(value) and value not in keywords)):
        raise _unsupported(value)
    return value


def _unsupported(what: object) -> MalformedError:
    return MalformedError(T("a context uses {feature}, which is not supported here", feature=repr(what)))


def _is_keyword(text: str) -> bool:
    """Whether JSON-LD takes the text for a keyword, and drops it where it knows none such."""
    return text.startswith("@") and text[1:].isascii() and text[1:].isalpha()


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON is anything
    return value if isinstance(value, list) else [value]


def canonical_quads(quads: Iterable[pyoxigraph.Quad], algorithm: str = "sha256", seconds: float = SECONDS) -> bytes:
    """The canonical N-Quads (RDFC-1.0) of a dataset.

    Raises:
        TooComplexError: it has too many blank nodes, or the time is up.
    """
    dataset = pyoxigraph.Dataset(quads)
    alike, nodes = _blank_nodes(dataset)
    if nodes > BLANK_NODE_LIMIT:
        raise TooComplexError(T("it has more than {limit} nodes without a name", limit=f"{BLANK_NODE_LIMIT:,}"))
    if alike <= ALIKE_LIMIT:
        dataset.canonicalize(ALGORITHMS[algorithm])
        return _sorted(pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS))
    return _sorted(_in_time(dataset, algorithm, seconds))


def _in_time(dataset: pyoxigraph.Dataset, algorithm: str, seconds: float) -> bytes:
    text = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    command = [sys.executable, "-I", "-c", _CHILD, f"RDFC_1_0_{algorithm.upper().replace('SHA', 'SHA_')}"]
    try:
        return subprocess.run(command, input=text, capture_output=True, check=True, timeout=seconds).stdout  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TooComplexError(T("its nodes without a name cannot be told apart in time")) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise TooComplexError(T("its nodes without a name cannot be told apart")) from error


def _sorted(text: bytes | None) -> bytes:
    return b"".join(sorted((text or b"").splitlines(keepends=True)))


def _blank_nodes(dataset: pyoxigraph.Dataset) -> tuple[int, int]:
    """How many blank nodes look like another one by their own statements (RDFC-1.0, 4.6), and how many there are."""
    statements: dict[pyoxigraph.BlankNode, list[str]] = {}
    for quad in dataset:
        terms = _terms(quad)
        for node in {term for term in terms if isinstance(term, pyoxigraph.BlankNode)}:
            shown = (
                ("_:a" if term == node else "_:z") if isinstance(term, pyoxigraph.BlankNode) else str(term)
                for term in terms
            )
            statements.setdefault(node, []).append(" ".join(shown))
    looks = Counter(tuple(sorted(lines)) for lines in statements.values())
    return sum(count for count in looks.values() if count > 1), len(statements)
