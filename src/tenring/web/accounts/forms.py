"""Forms of accounts that differ from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from allauth.core import context
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tenring.language import T
from tenring.web.accounts.invited import is_for
from tenring.web.accounts.models import User
from tenring.web.core.rendering import TAGS

_LONGEST_NAME = 150


class Name(forms.CharField):
    """What a person wants to be called."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's own
        widget = forms.TextInput(attrs={"autocomplete": "name"})
        super().__init__(max_length=_LONGEST_NAME, required=False, widget=widget, **options)


class SignUp(SignupForm):  # type: ignore[misc] # allauth has no types
    """Address, password, and a name for those who want one."""

    name = Name()
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.fields["name"].label = T("Name (if you like)")

    def clean_email(self) -> str:
        """The address; where only the invited may sign up, the one that was invited."""
        email: str = super().clean_email()
        if not is_for(context.request, {email.casefold()}):
            raise ValidationError(T("The invitation was sent to another address."))
        return email

    def signup(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002 - allauth's signature
        """Keep the name."""
        user.first_name = self.cleaned_data["name"]
        user.save(update_fields=["first_name"])


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    """Every key that is added can sign in by itself."""

    passwordless = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.fields["name"].label = T("What this passkey is called")


class Profile(forms.ModelForm[User]):
    """Name, and the language of e-mail."""

    first_name = Name()
    language = forms.ChoiceField(choices=[(tag, name) for tag, (_, name) in TAGS.items()])

    class Meta:
        """The fields that people change themselves."""

        model = User
        fields = ("first_name", "language")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **options)
        self.fields["first_name"].label, self.fields["language"].label = T("Your name"), T("Language of e-mail")
