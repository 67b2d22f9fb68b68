"""Who stands behind an issuer: recognition from the pinned roots down, with its dates and its history.

- `model` answers: is this issuer recognised for this scheme and category, on this date?
- `book` is where the network records who was recognised by whom, when and why; nothing in it is overwritten.
- `entities` writes and reads it as a W3C Recognized Entities credential, `anchors` as UNTP identity anchors, `etsi` as
  an ETSI list. The model knows none of the three.
- `roots` is what a verifier pins, `load` brings the published lists together under those roots.
"""
