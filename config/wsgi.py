"""The door for the web server."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (after the settings module is named)

from core.private import keys  # noqa: E402  (settings must be there first)

keys.require_all()

# What is loaded once and stays for good is not looked through again for garbage while pages are answered, and garbage is
# looked for less often: a page of the whole college makes tens of thousands of rows and no circles.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
