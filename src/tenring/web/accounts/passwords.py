"""How long a password is at least, said in our words: Django's are not translated."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator

from tenring.language import T


class LongEnough(MinimumLengthValidator):
    """Length is what makes a password hard to guess; signs of certain kinds are not asked for."""

    def get_error_message(self) -> str:
        """Why it will not do."""
        return T(
            "A password has at least {count} signs. Take a few words that do not belong together.",
            count=self.min_length,
        )

    def get_help_text(self) -> str:
        """What is asked for."""
        return T("At least {count} signs: a few words that do not belong together.", count=self.min_length)
