"""Screenings of uploaded purchase files: what was sent, how far it is, where its results are."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenring.language import T
from tenring.screening.read.options import ReadOptions
from tenring.web.accounts.models import Organisation
from tenring.web.core.sources import tenring_settings

#: What a screening leaves behind that may be downloaded: file name -> its media type.
FILES = {
    "report.html": "text/html; charset=utf-8",
    "report.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "lines.csv": "text/csv; charset=utf-8",
    "lines.parquet": "application/vnd.apache.parquet",
    "summary.json": "application/json",
    "problems.csv": "text/csv; charset=utf-8",
}


class State(models.TextChoices):
    """How far a screening is. `understood` waits for its owner; the last three are ends."""

    READING = "reading", "reading"
    UNDERSTOOD = "understood", "understood"
    SCREENING = "screening", "screening"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


#: States in which the worker is at it, or will be.
AT_WORK = (State.READING, State.SCREENING)

#: A worker that says nothing for so long is not waited for when its work is cancelled.
SILENT_AFTER = timedelta(minutes=2)


def expiry() -> datetime:
    """When a screening that begins now is removed."""
    return timezone.now() + timedelta(days=tenring_settings().keep_days)


class Screening(models.Model):
    """One uploaded file and what became of it. Its files are in a folder of its own that nothing serves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Who uploaded it; None: somebody not signed in, whose session knows its id."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """For whom; None: for the owner alone."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, default=expiry)
    """When it is removed; None: its owner keeps it."""
    state = models.CharField(max_length=12, choices=State, default=State.READING)
    file_name = models.CharField(max_length=200)
    language = models.CharField(max_length=8)
    economy = models.CharField(max_length=8, blank=True)
    on = models.DateField()
    """The day on which lines without a date are judged."""
    options = models.JSONField(default=dict)
    """What its owner said about the file: see `ReadOptions`."""
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    """Why it failed, in the owner's language."""
    touched_at = models.DateTimeField(default=timezone.now)
    """When the worker last said that it is at it."""
    cancel_wanted = models.BooleanField(default=False)

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)
        indexes = (models.Index(fields=["expires_at"]), models.Index(fields=["state"]))

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def folder(self) -> Path:
        """The folder of everything that belongs to it."""
        return tenring_settings().uploads / self.id.hex

    @property
    def file(self) -> Path:
        """The uploaded file."""
        return self.folder / "file" / self.file_name

    @property
    def read(self) -> Path:
        """Folder with what was understood."""
        return self.folder / "read"

    @property
    def result(self) -> Path:
        """Folder of the report and the lines."""
        return self.folder / "result"

    @property
    def before(self) -> Path:
        """The lines as they were answered before it was screened again, if it was."""
        return self.folder / "before.parquet"

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """The columns of which nobody said yet what they hold, where reading failed for that; else none."""
        if self.state != State.FAILED or not self.columns_file.is_file():
            return ()
        return tuple(json.loads(self.columns_file.read_text(encoding="utf-8")))

    @property
    def columns_file(self) -> Path:
        """Where they are written down."""
        return self.folder / "columns.json"

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of the worker for so long that it may have died, or never begun."""
        return timezone.now() - self.touched_at > SILENT_AFTER

    @property
    def is_at_work(self) -> bool:
        """Whether the worker is at it, or will be."""
        return self.state in AT_WORK

    @property
    def read_options(self) -> ReadOptions:
        """What its owner said about the file."""
        return ReadOptions(**self.options)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return {
            State.READING: T("being read"),
            State.UNDERSTOOD: T("read, waiting for you"),
            State.SCREENING: T("being screened"),
            State.DONE: T("done"),
            State.FAILED: T("failed"),
            State.CANCELLED: T("cancelled"),
        }[State(self.state)]


class Correction(models.Model):
    """What somebody decided about a match or a category, as `screening.memory.Decision` has it. Rows are only added.

    It belongs to an organisation, or to the owner alone: those of others never count.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Whose own it is; None: the organisation's, whoever decided, so that it stays when a person leaves."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    subject_hash = models.CharField(max_length=64, editable=False)
    """Of kind and product description: finds the decisions about a line."""
    kind = models.CharField(max_length=8)
    decided = models.CharField(max_length=9)
    subject = models.JSONField()
    licence = models.JSONField(null=True, blank=True)
    category = models.CharField(max_length=100, blank=True)
    source = models.JSONField()
    who = models.TextField()
    at = models.DateTimeField()
    why = models.TextField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """Who wrote it down here: for an imported one not who decided."""
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    imported = models.BooleanField(default=False)

    class Meta:
        """In the order in which they were made."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=["organisation", "subject_hash"]), models.Index(fields=["owner"]))
        constraints = (
            models.CheckConstraint(
                condition=models.Q(owner=None) ^ models.Q(organisation=None), name="correction_is_somebodys"
            ),
        )

    def __str__(self) -> str:
        return f"{self.decided} {self.kind} ({self.who})"


class Kept(models.Model):
    """The figures of a screening that its owner keeps: they stay when its files are gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Whose own it is; None: the organisation's."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    screening = models.OneToOneField(Screening, null=True, blank=True, on_delete=models.SET_NULL, related_name="kept")
    """Where its lines are; None: they were removed."""
    name = models.CharField(max_length=100)
    who = models.CharField(max_length=200)
    """Who keeps it."""
    kept_at = models.DateTimeField(default=timezone.now)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    figures = models.JSONField()
    """As `screening.kept.KeptFigures.stored` writes them."""

    class Meta:
        """By period, the earliest first; without one last."""

        ordering = (models.F("first_day").asc(nulls_last=True), "last_day", "kept_at")
        indexes = (models.Index(fields=["organisation"]), models.Index(fields=["owner"]))

    def __str__(self) -> str:
        return self.name
