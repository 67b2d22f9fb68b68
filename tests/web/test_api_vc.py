from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings

from tenring.exceptions import UnusableInputError
from tenring.proof.contexts import OWN
from tenring.proof.did import did_key
from tenring.proof.keys.local import LocalSigner, generate
from tenring.proof.keys.public import Algorithm
from tenring.proof.material import FirstOf
from tenring.proof.vcapi import Api
from tenring.proof.verify import Verifier
from tenring.web.api import actions, vc
from tenring.web.api.models import KeyEvent
from tenring.web.api.scopes import Scope
from tenring.web.core.sources import tenring_settings

pytestmark = pytest.mark.django_db

CREDENTIAL: Mapping[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "https://somebody.example/issuer", "name": "Somebody"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:subject", "name": "A product"},
}


@pytest.fixture(autouse=True)
def _issuing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VC-API with a key of this test."""
    secret = generate(Algorithm.ED25519)
    did = did_key(LocalSigner.of(Algorithm.ED25519, secret, "").key)
    signer = LocalSigner.of(Algorithm.ED25519, secret, f"{did}#{did.removeprefix('did:key:')}")
    api = Api(Verifier(FirstOf((OWN,))), signer, did, lambda: datetime.now(UTC))
    monkeypatch.setattr(vc, "_api", lambda _settings: api)


def issue(*scopes: Scope, key: bool = True) -> HttpRequest:
    headers = {"authorization": f"Bearer {actions.new_key('k', scopes, who='tester')[1]}"} if key else {}
    body = json.dumps({"credential": CREDENTIAL})
    return RequestFactory().post("/", body, content_type="application/json", headers=headers)


def test_without_a_setting_there_is_no_address_that_issues() -> None:
    assert vc.vc_urls() == []
    assert Client().post("/api/v1/vc/credentials/issue").status_code == 404
    with override_settings(TENRING=replace(tenring_settings(), api_issue_key="issuing-1")):
        assert len(vc.vc_urls()) == 1


def test_only_a_key_that_may_issue_issues_and_that_is_logged() -> None:
    path = "/credentials/issue"
    assert vc.vc(issue(key=False), path).status_code == 401
    assert vc.vc(issue(Scope.MATCH, Scope.JOBS), path).status_code == 403
    answer = vc.vc(issue(Scope.ISSUE), path)
    assert answer.status_code == 201, answer.content
    assert json.loads(answer.content)["verifiableCredential"]["proof"]
    assert KeyEvent.objects.filter(what="credential issued").count() == 1


def test_what_cannot_be_issued_is_refused_and_not_logged_as_issued() -> None:
    request = issue(Scope.ISSUE)
    request._body = b"{}"  # type: ignore[attr-defined]  # noqa: SLF001 - where Django keeps what was read
    assert vc.vc(request, "/credentials/issue").status_code == 400
    assert not KeyEvent.objects.filter(what="credential issued").exists()


def test_a_key_that_nothing_opens_is_told() -> None:
    settings = replace(tenring_settings(), api_issue_key="issuing-1", passphrase=None)
    with pytest.raises(UnusableInputError, match="nothing opens the key issuing-1"):
        vc.opened(settings)
