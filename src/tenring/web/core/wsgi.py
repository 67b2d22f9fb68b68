"""The application for a WSGI server: `tenring.web.core.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenring.web.core.settings")
application = get_wsgi_application()
