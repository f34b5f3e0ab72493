"""Flask: a client for the site, a client for each visitor, and what stands around them. Needs the extra ``flask``.

Example:
    >>> from directus_sdk.contrib.flask import DirectusExtension
    >>> from flask import Flask
    >>> app = Flask(__name__)
    >>> app.config.update(SECRET_KEY="only for this example", DIRECTUS_URL=url, DIRECTUS_TOKEN=token)
    >>> directus = DirectusExtension(app)
    >>> directus.cms.items("articles").count()
    25
"""

from __future__ import annotations

try:
    from directus_sdk.contrib.flask.current import login_required, upload
    from directus_sdk.contrib.flask.extension import DirectusExtension
    from directus_sdk.contrib.web.errors import field_errors
    from directus_sdk.contrib.web.uploads import UploadRefused
except ModuleNotFoundError as error:
    raise ImportError(f"{error}: pip install 'directus-python-sdk[flask]'", name=error.name) from error

__all__ = ["DirectusExtension", "UploadRefused", "field_errors", "login_required", "upload"]
