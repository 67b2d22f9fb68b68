"""Typing errors: which word of the register or of a category's names may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tantivy import Occur, Query

from tenring.model.text import is_cjk
from tenring.register.search import schema, tokens
from tenring.register.search.card import Card
from tenring.register.search.question import Lexicon, Part, Question

#: With fewer hits than this, a word of letters that hardly any licence has may be a typing error.
LITTLE = 3

#: Letters that may be wrong, by the least length of a word: shorter words have too many neighbours.
_MOST_WRONG = ((8, 2), (4, 1))

#: Neighbouring words are collected from a few licences at a time, each time from licences without those known.
_ROUNDS, _LICENCES = 5, 10


def corrected(question: Question, *, found: int) -> Sequence[Part]:
    """The parts with corrections where words may be mistyped; unchanged when there is nothing to correct.

    Args:
        question: what was typed.
        found: how many licences meet it as typed, whatever the filters.
    """
    parts = list(question.parts)
    for index in _doubtful(question, found=found):
        correction = _nearest(parts[index].text, question)
        if correction:
            parts[index] = replace(parts[index], correction=correction)
    return parts


def _doubtful(question: Question, *, found: int) -> list[int]:
    """Parts that may be mistyped: with hits, rare words; without, unknown words, or else any."""
    words = [i for i, part in enumerate(question.parts) if _most_wrong(part.text) and _is_word(part)]
    if found:
        frequency = question.lexicon.frequency
        texts = {i: question.parts[i].text for i in words}
        return [i for i, text in texts.items() if text.isalpha() and frequency(schema.WORDS, text) < LITTLE]
    unknown = [i for i in words if not question.is_met_somehow(i)]
    return unknown or words


def _is_word(part: Part) -> bool:
    return not (part.pattern or part.open or is_cjk(part.text))


def _most_wrong(word: str) -> int:
    """How many letters of a word may be wrong; of a model number never more than one."""
    most = next((wrong for length, wrong in _MOST_WRONG if len(word) >= length), 0)
    return most if word.isalpha() else min(most, 1)


def _nearest(word: str, question: Question) -> tuple[str, int] | None:
    """The word with the fewest letters changed, of those the most frequent one."""
    for wrong in range(1, _most_wrong(word) + 1):
        near = {*_near_in_register(word, wrong, question.lexicon), *_near_in_names(word, wrong, question)} - {word}
        if near:
            frequency = question.lexicon.frequency
            return min(near, key=lambda term: (-frequency(schema.WORDS, term), term)), wrong
    return None


def _near_in_register(word: str, wrong: int, lexicon: Lexicon) -> set[str]:
    """The words with one letter changed, each looked up; with more there are too many, so licences are asked for."""
    if wrong == 1:
        doc_freq = lexicon.searcher.doc_freq
        return {near for near in tokens.neighbours(word) if doc_freq(schema.WORDS, near)}
    fuzzy = Query.fuzzy_term_query(lexicon.fields, schema.WORDS, word, distance=wrong)
    known: set[str] = {word}
    for _ in range(_ROUNDS):
        without = [(Occur.MustNot, lexicon.term(schema.WORDS, term).query) for term in sorted(known)]
        hits = lexicon.searcher.search(
            Query.boolean_query([(Occur.Must, fuzzy), *without]), _LICENCES, count=False
        ).hits
        cards = (Card.read(lexicon.searcher.doc(address)[schema.CARD][0]) for _, address in hits)
        found = {term for card in cards for term in _words_of(card) if tokens.distance(word, term, most=wrong) <= wrong}
        if not found:
            break
        known |= found
    return known


def _words_of(card: Card) -> Iterator[str]:
    texts: Iterable[str | None] = (card.number, card.brand, card.name, card.holder, *card.models)
    return (word for text in texts if text for word in tokens.word_terms(text))


def _near_in_names(word: str, wrong: int, question: Question) -> Iterator[str]:
    """Words of category names; one that differs at both ends is not compared, which keeps this fast."""
    for name in question.vocabulary.alike_at_an_end(word, wrong):
        if tokens.distance(word, name, most=wrong) <= wrong:
            yield name
