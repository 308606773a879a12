"""Every address, by app."""

from django.urls import include, path

from accounts.gates import public_page
from accounts.views import demo, errors, factors, home, session
from config.demo import mail_pages, styleguide

# Pages of core, which can't name a gate itself.
demo_page = public_page("Mail of the demonstration is nobody's; outside demo mode these pages are not there.")
guide_page = public_page("The people of the style guide are invented; outside demo mode the page is not there.")

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("demo/", demo.demo, name="demo"),
    path("demo/mail/", demo_page(mail_pages.demo_mail_list), name="demo_mail_list"),
    path("demo/mail/<slug:name>/", demo_page(mail_pages.demo_mail_detail), name="demo_mail_detail"),
    path("demo/mail/<slug:name>/html/", demo_page(mail_pages.demo_mail_html), name="demo_mail_html"),
    path(
        "demo/mail/<slug:name>/files/<int:number>/",
        demo_page(mail_pages.demo_mail_attachment),
        name="demo_mail_attachment",
    ),
    path("styleguide/", guide_page(styleguide.styleguide), name="styleguide"),
    path("demo/sign-in/<slug:key>/", demo.demo_sign_in, name="demo_sign_in"),
    # These stand before the package's own pages of the same address.
    path("accounts/email/", session.own_address),
    path("accounts/2fa/totp/activate/", factors.app_add),
    path("accounts/2fa/webauthn/add/", factors.passkey_add),
    path("accounts/2fa/webauthn/keys/<int:pk>/edit/", factors.passkey_rename),
    path("accounts/2fa/recovery-codes/generate/", factors.codes_make),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("accounts.urls")),
    path("", include("caseload.urls")),
    path("", include("attendance.urls")),
    path("safeguarding/", include("safeguarding.urls")),
    path("", include("progress.urls")),
    path("", include("interventions.urls")),
    path("", include("reporting.urls")),
    path("", include("exchange.urls")),
]

handler400 = errors.not_understood
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
