"""Saltmarsh, a magazine: a Flask site whose contents are in Directus."""

from __future__ import annotations

import logging

from flask import Flask

from saltmarsh import views
from saltmarsh.extensions import directus


def create_app() -> Flask:
    """Return the site."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    app = Flask(__name__, static_folder="../../magazine/static")
    app.config.from_object("saltmarsh.settings")
    directus.init_app(app)
    app.register_blueprint(views.site)
    app.register_error_handler(404, views.not_found)
    return app


app = create_app()
