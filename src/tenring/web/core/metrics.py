"""Figures for Prometheus: what this process counted, and what database and home say at the moment they are asked for.

Labels have few values: routes, methods, statuses, kinds of jobs, registers; never anything of a visitor.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import shutil
from collections.abc import Callable, Iterable

import prometheus_client
from django.db import DatabaseError
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

import tenring
from tenring.exceptions import TenringError
from tenring.web.core.sources import sources, tenring_settings

REGISTRY = CollectorRegistry()
REQUESTS = Counter("tenring_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram(
    "tenring_request_seconds",
    "Time until an answer began.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
IN_FLIGHT = Gauge(
    "tenring_requests_in_flight", "Requests being answered.", registry=REGISTRY, multiprocess_mode="livesum"
)
UPLOADED = Counter("tenring_uploaded_bytes", "Bytes of uploaded files that came in.", registry=REGISTRY)

#: What a proxy adds; a request that carries one came through it, and is not for /metrics.
_PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for those whom the settings name; for everybody else the page does not exist.

    Raises:
        Http404: they are off, or the request comes from elsewhere, through a proxy, or without the token.
    """
    if not tenring_settings().metrics or not _may_ask(request):
        raise Http404
    return HttpResponse(
        prometheus_client.generate_latest(_registry()), content_type=prometheus_client.CONTENT_TYPE_PLAIN_0_0_4
    )


def _registry() -> CollectorRegistry:
    """What this process counted; where several answer side by side (`tenring serve --processes`), what all did."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # prometheus_client has no types here
    together.register(_Now())
    return together


def _may_ask(request: HttpRequest) -> bool:
    settings = tenring_settings()
    if any(name in request.headers for name in _PROXIED):
        return False
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "::"))
    address = getattr(address, "ipv4_mapped", None) or address
    if not any(address in ipaddress.ip_network(network) for network in settings.metrics_from):
        return False
    shown = request.headers.get("Authorization", "").encode()
    return settings.metrics_token is None or hmac.compare_digest(shown, f"Bearer {settings.metrics_token}".encode())


class _Now(Collector):
    """Figures that are read when they are asked for, the same in every process."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register it must not ask the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Every figure that can be had, and which source could not be read."""
        up = GaugeMetricFamily("tenring_source_up", "1: the source of figures could be read.", labels=("source",))
        for name, read in _SOURCES.items():
            try:
                found = list(read())
            except (TenringError, DatabaseError, OSError):
                found = []
                up.add_metric((name,), 0)
            else:
                up.add_metric((name,), 1)
            yield from found
        yield up


def _build() -> Iterable[Metric]:
    yield InfoMetricFamily("tenring_build", "The program that runs.", {"version": tenring.__version__})


def _jobs() -> Iterable[Metric]:
    jobs = GaugeMetricFamily("tenring_jobs", "Jobs in the database.", labels=("kind", "outcome"))
    for row in DBTaskResult.objects.order_by().values("task_path", "status").annotate(count=Count("pk")):
        jobs.add_metric((kind_of(row["task_path"]), row["status"].lower()), row["count"])
    waiting = DBTaskResult.objects.ready().order_by().aggregate(count=Count("pk"), oldest=Min("enqueued_at"))
    age = (timezone.now() - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0
    yield jobs
    yield GaugeMetricFamily("tenring_queue_length", "Jobs that wait for a worker.", waiting["count"])
    yield GaugeMetricFamily("tenring_queue_oldest_seconds", "How long the oldest of them waits.", max(0, age))


def kind_of(task_path: str) -> str:
    """`tenring.web.procurement.tasks.read` -> `procurement.read`."""
    return task_path.removeprefix("tenring.web.").replace(".tasks.", ".")


def _register() -> Iterable[Metric]:
    open_ = sources()
    age_of_all = (timezone.now() - open_.snapshot.manifest.created_at).total_seconds()
    licences = sum(register.licences for register in open_.registers)
    yield GaugeMetricFamily("tenring_snapshot_age_seconds", "Since the snapshot was built.", age_of_all)
    yield GaugeMetricFamily("tenring_snapshot_licences", "Licences in the snapshot.", licences)
    age = GaugeMetricFamily("tenring_register_age_days", "Since a register was last read.", labels=("register",))
    for register in open_.registers:
        if register.last_read is not None:
            age.add_metric((register.id,), (timezone.now().date() - register.last_read).days)
    yield age


def _disk() -> Iterable[Metric]:
    free = shutil.disk_usage(tenring_settings().home).free
    yield GaugeMetricFamily("tenring_home_free_bytes", "Free disk where the home is.", free)


_SOURCES: dict[str, Callable[[], Iterable[Metric]]] = {
    "build": _build,
    "jobs": _jobs,
    "register": _register,
    "disk": _disk,
}

REGISTRY.register(_Now())
prometheus_client.ProcessCollector(registry=REGISTRY)
