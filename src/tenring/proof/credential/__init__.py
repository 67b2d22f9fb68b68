"""The Digital Conformity Credential (UNTP 0.7.0) of a licence: built, and checked before anybody signs it.

- `written` is the licence file, `granted` what was read of it.
- `build` makes the credential of a licence and its judgements.
- `terms` knows which term is defined where, `shape` what each part must look like; `check` brings them together with
  the official schema where that is at hand.
"""
