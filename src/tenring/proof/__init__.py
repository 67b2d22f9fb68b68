"""Licences as credentials that anyone can check, without asking anyone: issue, verify, status, trust, keys.

Standards: W3C Verifiable Credentials Data Model 2.0, VC-JOSE-COSE, Data Integrity (EdDSA, ECDSA), Bitstring Status List
1.0, did:web and did:key, UN/CEFACT UNTP 0.7, W3C Recognized Entities, GS1 Digital Link. Who reads what:

- `strict` reads JSON from strangers, `canonical` writes it in its one canonical form (RFC 8785).
- `keys` holds public keys, signers and where private ones are kept; `did` the documents that publish them.
- `securing` puts a signature on a credential and takes it off again: vc+jwt, Data Integrity proofs.
- `status`, `trust`, `bundle` are the material a verifier needs; `material` is how it asks for it.
- `verify` brings them together, in the order of `answers.Check`.
"""
