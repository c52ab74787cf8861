"""The web application on a service. Who only runs a command has no need of it, and is spared the second it takes."""

from flask import Flask

from dashboards.app import add_dashboard
from dashboards.routing import development_path
from timeline.api.app import create_api
from timeline.bootstrap import Service, now
from timeline.config import Config


def create_app(service: Service, config: Config) -> Flask:
    """The web application: the API below `/api/v1`, the dashboard at `/`."""
    app = create_api(
        service.log, service.runner, service.reader, service.tokens, config, now, service.stopping, development_path
    )
    add_dashboard(app, service.reader, config.title, config.public_url)
    return app
