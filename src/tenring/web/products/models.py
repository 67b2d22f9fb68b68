"""Products of suppliers, the values they are known by, what tests cost, and files that were read."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenring.rulebook.product_file import Entry, ProductFile
from tenring.web.accounts.models import Organisation


class Owned(models.Model):
    """A row that belongs to a person, or to an organisation."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Who made it; None: somebody whose account is gone, for the organisation that it belongs to."""
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """For whom; None: for the owner alone."""

    class Meta:
        """Each kind has a table of its own."""

        abstract = True


class Product(Owned):
    """One product that somebody may want labels for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    brand = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=100, blank=True)
    gtins = models.CharField(max_length=500, blank=True)
    """With spaces between them, 14 digits each."""
    about = models.JSONField(default=dict)
    """What else its file says of it for people."""
    labels = models.JSONField(default=list)
    """Labels that it holds, as a product file writes them."""
    untested = models.JSONField(default=list)
    """Keys of measurands that its owner says were not tested."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """By name."""

        ordering = ("name", "brand", "model", "id")
        indexes = (models.Index(fields=["organisation", "name"]), models.Index(fields=["owner", "name"]))

    def __str__(self) -> str:
        return " ".join(filter(None, (self.brand, self.name, self.model)))

    @property
    def file(self) -> ProductFile:
        """Everything that is known of it, as a product file."""
        named = {name: getattr(self, name) for name in ("name", "brand", "model", "category", "gtins")}
        about = {**{name: text for name, text in named.items() if text}, **self.about}
        return ProductFile(about, tuple(one.entry() for one in self.evidence.all()), tuple(self.labels))


class Evidence(models.Model):
    """One value of one property, as a product file writes it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="evidence")
    property = models.CharField(max_length=100)
    written = models.JSONField()
    """A `WrittenMeasurement` without what is not said: numbers are texts, exactly as they were reported."""

    class Meta:
        """In the order in which they were entered."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.property} of {self.product}"

    def entry(self) -> Entry:
        """What it says."""
        return Entry(self.property, self.written)


class TestPrice(Owned):
    """What one test costs its owner; without a method, every test of the property that has no price of its own."""

    __test__ = False

    property = models.CharField(max_length=100)
    method = models.CharField(max_length=200, blank=True)
    price = models.DecimalField(max_digits=16, decimal_places=4)
    currency = models.CharField(max_length=3)
    days = models.PositiveIntegerField(null=True, blank=True)
    """How long it takes."""

    class Meta:
        """By what is measured."""

        ordering = ("property", "method", "id")

    def __str__(self) -> str:
        return f"{self.property} {self.method}: {self.price} {self.currency}"


class Import(Owned):
    """A file of products that was read, with the rows that were wrong: to be mended and sent again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    file_name = models.CharField(max_length=200)
    products = models.PositiveIntegerField()
    """Products that are new."""
    changed = models.PositiveIntegerField()
    """Products that were there and have new values."""
    values = models.PositiveIntegerField()
    header = models.JSONField(default=list)
    rejected = models.JSONField(default=list)
    """For each wrong row its number, column, what, do and cells."""

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.file_name
