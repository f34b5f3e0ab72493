"""The data of any response as instances of a class, for calls that are not about one collection."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from directus_sdk.errors import ModelError
from directus_sdk.models.codec import codec_for
from directus_sdk.models.mismatch import excerpt


class ResponseModel:
    """Converts the data of responses: a mapping to an instance, a list to a list of instances.

    Args:
        model: The class, or ``list[...]`` of it, or ``None`` for data as it is.
        call: What was called, such as ``"GET /stats"``, for errors.
        reads: Whether the call changes nothing on the server.

    Raises:
        ConfigurationError: It cannot be the class of a response.

    Example:
        >>> import attrs
        >>> @attrs.define
        ... class Stats:
        ...     visits: int
        >>> ResponseModel(Stats, "GET /stats").load({"visits": 7})
        Stats(visits=7)
        >>> ResponseModel(list[Stats], "GET /stats").load([{"visits": 7}])
        [Stats(visits=7)]
    """

    def __init__(self, model: object, call: str, *, reads: bool = True) -> None:
        self._call = call
        self._reads = reads
        self._is_list = get_origin(model) is list
        item: Any = get_args(model)[0] if self._is_list else model
        self._codec = codec_for("the response", None if item is Any else item)

    def load(self, data: object) -> Any:
        """Return the data as what the model says; the data of an empty response is ``None``, or an empty list.

        Raises:
            ModelError: It does not fit.
        """
        if data is None:
            return [] if self._is_list else None
        if self._is_list and not isinstance(data, list):
            raise ModelError(f"the response should be a list, not {excerpt(data)} [{self._call}]")
        try:
            return self._codec.load_many(data) if isinstance(data, list) else self._codec.load(data)
        except ModelError as error:
            done = "" if self._reads else ". The server has processed the request, so do not send it again"
            error.args = (f"{error.message}{done} [{self._call}]",)
            error.collection = None
            raise
