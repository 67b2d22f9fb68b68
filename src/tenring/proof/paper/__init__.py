"""A credential on paper: a certificate as PDF/A with the credential inside, and the QR code that leads back to it.

Paper proves nothing. The certificate carries its proof as an attached file (`attached.credential_in_pdf` finds it
again) and as a link to where its status stands today.
"""
