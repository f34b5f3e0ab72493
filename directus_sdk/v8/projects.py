"""Names of projects, which stand in the path of almost every endpoint."""

from __future__ import annotations

import re
from functools import lru_cache

from directus_sdk.errors import ConfigurationError

#: The first segments of paths that are not projects.
_RESERVED = frozenset({"server", "interfaces", "modules", "layouts", "types", "projects"})


@lru_cache(maxsize=256)
def project_path(project: str) -> str:
    """Return the beginning of the paths of a project.

    Raises:
        ConfigurationError: It is not a valid name.

    Example:
        >>> project_path("demo")
        '/demo'
    """
    if not isinstance(project, str):
        raise ConfigurationError(f"project must be a string such as 'my-project', not {type(project).__name__}")
    if "/" in project:
        raise ConfigurationError(
            f"project must be one name, without a slash: write Directus8('https://cms.example.com/sub-path', 'my-project'), "
            f"not {project!r}"
        )
    if not re.fullmatch(r"[0-9A-Za-z_-]+", project):
        raise ConfigurationError(f"project must consist of letters, digits, '-' and '_', such as 'my-project': {project!r}")
    if project in _RESERVED:
        raise ConfigurationError(f"project must not be {project!r}, which begins the paths of other endpoints")
    return f"/{project}"
