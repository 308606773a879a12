"""Every address, by app."""

from django.urls import include, path

from accounts.views import demo, errors, home, session

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("demo/", demo.demo, name="demo"),
    path("demo/sign-in/<slug:role>/", demo.demo_sign_in, name="demo_sign_in"),
    path("accounts/email/", session.own_address),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("accounts.urls")),
    path("", include("caseload.urls")),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.broken
