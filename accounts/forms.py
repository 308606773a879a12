"""What may be typed about staff and sign-ins."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.core.cache import cache

from accounts.models import User
from accounts.second_factor import has_passkey
from accounts.signing_in import signing_in
from core.forms.dates import DayField
from core.plausible import Years

# A code is accepted for half a minute before and after its time, so it stays used for longer than that.
CODE_STAYS_USED = 120


class OnceOnly(BaseAuthenticateForm):
    """A code from an app or a recovery code, each good for one use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "Code"
        field.help_text = "The six digits that your authenticator app shows now, or one of your recovery codes."
        field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}

    def clean_code(self) -> str:
        """Refuse a code that was already used, also while the app still shows it."""
        with signing_in(self.user):
            code = super().clean_code()
        if not cache.add(f"waymark.code:{self.user.pk}:{code}", 1, CODE_STAYS_USED):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInCodeForm(OnceOnly, AuthenticateForm):
    """The code asked for while signing in."""

    def save(self) -> None:
        """Note that it was used."""
        with signing_in(self.user):
            super().save()


class _NotedKey:
    """A passkey that was just proved: that it was used is noted as part of signing in."""

    def clean_credential(self) -> Any:
        """The passkey, proved."""
        key = super().clean_credential()  # type: ignore[misc]  # the form beside it
        note = key.record_usage

        def note_as_sign_in() -> None:
            with signing_in(key.user):
                note()

        key.record_usage = note_as_sign_in
        return key


class SignInKeyForm(_NotedKey, AuthenticateWebAuthnForm):
    """The passkey asked for after the password."""

    @property
    def offered(self) -> bool:
        """Whether there is one to ask for."""
        return has_passkey(self.user)


class PasskeyForm(_NotedKey, LoginWebAuthnForm):
    """Signing in with a passkey alone; whose it is stands in the passkey."""


class StepUpCodeForm(OnceOnly, ReauthenticateForm):
    """The code asked for before pages that need a fresh second factor."""


class StartedField(DayField):
    """The first day of a member of staff, who may have been here for very long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(years=Years(back=60, ahead=5), **options)


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey as its owner names it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        self.fields["name"].help_text = "So that you know it in the list: “Work laptop”, “Key on my key ring”."


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no parameter when it runs
    """A member of staff as a data manager types them. Only what is asked here is ever changed."""

    class Meta:
        model = User
        fields = ("title", "given_name", "family_name", "email", "position", "staff_code", "started_on")
        labels = {
            "email": "Email address",
            "family_name": "Family name",
            "given_name": "Given name",
            "position": "Position",
            "staff_code": "Staff code",
            "started_on": "First day",
        }
        help_texts = {
            "email": "They sign in with it.",
            "position": "Their job title, as it stands beside changes that they make.",
            "staff_code": "As the timetable names them.",
            "title": "Ms, Mr, Mx, Dr …",
        }
        field_classes = {"started_on": StartedField}

    def clean_email(self) -> str:
        """One address, one account, whatever its capitals."""
        email = str(self.cleaned_data["email"]).strip().lower()
        others = User.objects.filter(email__iexact=email)
        if self.instance.pk:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("Somebody here already signs in with this address.")
        return email


class EndForm(forms.Form):
    """The last day that somebody works here."""

    last_day = DayField(
        label="Last day", help_text="They can sign in until the end of this day. A day in the past ends it at once."
    )
    reason = forms.CharField(
        label="Reason",
        help_text="The second person reads this before they approve.",
        max_length=200,
    )

    def __init__(self, *args: Any, protected: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not protected:
            del self.fields["reason"]


class SecondStepForm(forms.Form):
    """Why somebody's second step is taken away."""

    reason = forms.CharField(
        label="What happened, and how you know that it is them",
        help_text="They read this in a mail. “Lost the phone; came to the office with the staff badge.”",
        max_length=200,
    )


class AuditForm(forms.Form):
    """What somebody looks for in the audit record."""

    person = forms.EmailField(label="Who, by email address", required=False)
    verb = forms.ChoiceField(label="Did what", required=False)
    object_kind = forms.CharField(label="To what: student, grant, staff …", required=False, max_length=60)
    object_id = forms.CharField(label="Number", required=False, max_length=60)
    start = DayField(label="From", required=False)
    end = DayField(label="To", required=False)
    refused = forms.BooleanField(label="Only what was refused", required=False)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, verbs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verb"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anything"), *verbs]

    def clean_person(self) -> int | None:
        """The person behind an address."""
        email = str(self.cleaned_data["person"]).strip().lower()
        if not email:
            return None
        found = User.objects.filter(email=email).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError("Nobody here signs in with this address.")
        return int(found)

    def asked(self) -> dict[str, Any]:
        """What was asked, as the query takes it."""
        data = self.cleaned_data
        names = ("verb", "object_kind", "object_id", "start", "end", "refused")
        return {"actor_id": data["person"]} | {name: data[name] for name in names}
