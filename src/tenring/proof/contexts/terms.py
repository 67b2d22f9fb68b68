"""The terms of three contexts by what their specifications say of each, as tables.

Sources: VC Data Model 2.0 (4.2 to 5.13), VC JSON Schema (2.1), Bitstring Status List 1.0 (2.1, 2.2), VC Data Integrity
1.0 (2.1), Controlled Identifiers 1.0 (2.2), IANA registries of JWT claims and JOSE header parameters.
"""

from __future__ import annotations

from typing import Any, Final

Context = dict[str, Any]

_VC: Final = "https://www.w3.org/2018/credentials#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status#"
_SECURITY: Final = "https://w3id.org/security#"
_SCHEMA: Final = "https://schema.org/"
_JWT: Final = "https://www.iana.org/assignments/jwt#"
_JOSE: Final = "https://www.iana.org/assignments/jose#"
_DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
#: Two terms of the published context have their datatype under https instead of http; a rendition keeps that.
_XSD_HTTPS: Final = "https://www.w3.org/2001/XMLSchema#"


def _scope(**terms: Any) -> Context:  # noqa: ANN401 - a term is an address or an object
    """A protected context, as all of these are, with `id` and `type`."""
    return {"@protected": True, "id": "@id", "type": "@type", **terms}


def _links(base: str, *names: str) -> Context:
    """Terms whose values are addresses or objects."""
    return {name: {"@id": base + name, "@type": "@id"} for name in names}


def _plain(base: str, *names: str) -> Context:
    """Terms whose values are what they are."""
    return {name: base + name for name in names}


def _typed(base: str, datatype: str, *names: str) -> Context:
    """Terms whose values have a datatype."""
    return {name: {"@id": base + name, "@type": datatype} for name in names}


def _proof() -> Context:
    """Proofs, each a graph of its own."""
    return {"proof": {"@id": f"{_SECURITY}proof", "@type": "@id", "@container": "@graph"}}


def _words() -> Context:
    """Names and descriptions."""
    return _plain(_SCHEMA, "name", "description")


def _data_integrity_proof() -> Context:
    purposes = {
        "assertionMethod": "assertionMethod",
        "authentication": "authenticationMethod",
        "capabilityDelegation": "capabilityDelegationMethod",
        "capabilityInvocation": "capabilityInvocationMethod",
        "keyAgreement": "keyAgreementMethod",
    }
    meant = {term: {"@id": _SECURITY + name, "@type": "@id", "@container": "@set"} for term, name in purposes.items()}
    return {
        "@id": f"{_SECURITY}DataIntegrityProof",
        "@context": _scope(
            **_plain(_SECURITY, "challenge", "domain", "nonce"),
            created={"@id": "http://purl.org/dc/terms/created", "@type": _DATE_TIME},
            expires={"@id": f"{_SECURITY}expiration", "@type": _DATE_TIME},
            **_typed(_SECURITY, f"{_SECURITY}cryptosuiteString", "cryptosuite"),
            **_typed(_SECURITY, f"{_SECURITY}multibase", "proofValue"),
            **_links(_SECURITY, "previousProof", "verificationMethod"),
            proofPurpose={"@id": f"{_SECURITY}proofPurpose", "@type": "@vocab", "@context": _scope(**meant)},
        ),
    }


def _verifiable_credential() -> Context:
    return {
        "@id": f"{_VC}VerifiableCredential",
        "@context": _scope(
            **_links(
                _VC, "confidenceMethod", "credentialSchema", "credentialStatus", "credentialSubject", "evidence",
                "issuer", "refreshService", "relatedResource", "renderMethod", "termsOfUse",
            ),
            **_typed(_VC, _DATE_TIME, "validFrom", "validUntil"),
            **_words(),
            **_proof(),
        ),
    }  # fmt: skip


def _verifiable_presentation() -> Context:
    held = {"@id": f"{_VC}verifiableCredential", "@type": "@id", "@container": "@graph", "@context": None}
    return {
        "@id": f"{_VC}VerifiablePresentation",
        "@context": _scope(**_links(_VC, "holder", "termsOfUse"), **_proof(), verifiableCredential=held),
    }


def _status_entry() -> Context:
    message = {"@id": f"{_STATUS}statusMessage", "@context": _scope(**_plain(_STATUS, "message", "status"))}
    return {
        "@id": f"{_STATUS}BitstringStatusListEntry",
        "@context": _scope(
            **_links(_STATUS, "statusListCredential", "statusReference"),
            **_plain(_STATUS, "statusListIndex", "statusPurpose"),
            **_typed(_STATUS, f"{_XSD_HTTPS}integer", "statusSize"),
            statusMessage=message,
        ),
    }


def _status_list() -> Context:
    return {
        "@id": f"{_STATUS}BitstringStatusList",
        "@context": _scope(
            **_typed(_STATUS, f"{_SECURITY}multibase", "encodedList"), **_plain(_STATUS, "statusPurpose", "ttl")
        ),
    }


def _token_claims() -> Context:
    """Claims and header parameters that may stand in a token beside the credential."""
    confirmation = {"@protected": True, **_links(_JWT, "kid"), **_typed(_JWT, "@json", "jwk")}
    return {
        **{name: {"@id": _JWT + name} for name in ("...", "_sd_alg")},
        **_typed(_JWT, "@json", "_sd"),
        **_links(_JWT, "aud"),
        "cnf": {"@id": f"{_JWT}cnf", "@context": confirmation},
        **_typed(_JWT, f"{_XSD_HTTPS}nonNegativeInteger", "exp", "iat", "nbf"),
        **_links(_JOSE, "iss", "jku", "kid", "sub", "x5u"),
    }


def credentials() -> Context:
    """https://www.w3.org/ns/credentials/v2."""
    return _scope(
        **_words(),
        **_typed(_SECURITY, f"{_SECURITY}multibase", "digestMultibase"),
        **_typed(_VC, f"{_VC}sriString", "digestSRI"),
        mediaType={"@id": f"{_SCHEMA}encodingFormat"},
        **_plain(_VC, "EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation", "JsonSchemaCredential"),
        VerifiableCredential=_verifiable_credential(),
        VerifiablePresentation=_verifiable_presentation(),
        JsonSchema={"@id": f"{_VC}JsonSchema", "@context": _scope(**_typed(_VC, "@json", "jsonSchema"))},
        **_plain(_STATUS, "BitstringStatusListCredential"),
        BitstringStatusList=_status_list(),
        BitstringStatusListEntry=_status_entry(),
        DataIntegrityProof=_data_integrity_proof(),
        **_token_claims(),
    )


def data_integrity() -> Context:
    """https://w3id.org/security/data-integrity/v2."""
    return _scope(**_proof(), DataIntegrityProof=_data_integrity_proof())


def multikey() -> Context:
    """https://w3id.org/security/multikey/v1."""
    return _scope(
        Multikey={
            "@id": f"{_SECURITY}Multikey",
            "@context": _scope(
                **_links(_SECURITY, "controller"),
                **_typed(_SECURITY, _DATE_TIME, "revoked"),
                **_typed(_SECURITY, f"{_SECURITY}multibase", "publicKeyMultibase", "secretKeyMultibase"),
            ),
        }
    )
