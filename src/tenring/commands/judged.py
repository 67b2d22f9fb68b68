"""The words for judgements, for every command that shows some."""

from __future__ import annotations

from tenring.language import N
from tenring.rulebook.judge import Judged

WORDS = {
    Judged.MET: N("met"),
    Judged.NOT_MET: N("not met"),
    Judged.NOT_SHOWN: N("not shown"),
    Judged.NOT_APPLICABLE: N("not applicable"),
    Judged.NOT_CHECKED: N("not checked"),
}
