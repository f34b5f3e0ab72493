"""Every error that the SDK raises, in one tree.

::

    DirectusError
    ├─ ConfigurationError (ValueError)       the client was set up or called in a way that cannot work
    ├─ ModelError (ValueError)               an item does not fit its model class
    ├─ SchemaError (ValueError)              a snapshot does not describe a schema: .place
    ├─ SessionExpired                        the session has ended: sign in again
    │   └─ NotSignedIn                       there is no session, and the client must have one
    ├─ StorageError                          the session cannot be read, stored or locked
    ├─ SubscriptionEnded                     next() of a subscription or a change feed that has ended
    ├─ BulkError                             some items of a bulk call failed: .errors, .result
    │   ├─ OrderUnknown (ConfigurationError) which row is which item is not known
    │   └─ BulkModelError (ModelError)       they are written, and the response does not fit the model: .keys
    ├─ TransportError                        there is no response: .sent says whether the server may have acted
    │   ├─ ConnectionFailed (ConnectionError)
    │   ├─ Timeout (TimeoutError)
    │   ├─ TLSError
    │   └─ ResponseTooLarge                  .limit .status
    └─ APIError                              the server responded: .status .code .errors .extensions .response
        ├─ BadRequest                        400
        │   ├─ FailedValidation (ValueError) .field .type
        │   ├─ RecordNotUnique               .collection .field .value
        │   ├─ InvalidForeignKey, NotNullViolation, ContainsNullValues, ValueOutOfRange, ValueTooLong
        │   ├─ InvalidPayload                .reason
        │   │   ├─ PayloadTooLarge           also 413
        │   │   └─ BatchLimitExceeded        .limit
        │   ├─ InvalidQuery, InvalidPathParameter, InvalidInvite, InvalidMetadata, IllegalAssetTransformation
        │   └─ GraphQLError                  .data; also in a response with status 200
        ├─ Unauthorized                      401
        │   └─ InvalidCredentials, TokenExpired, InvalidOTP, InvalidIP, UserSuspended
        ├─ Forbidden                         403
        │   └─ InvalidToken, InvalidProvider, LimitExceeded, CollectionInactive, ResourceRestricted
        ├─ NotFound                          404
        │   └─ RouteNotFound
        │       └─ NotSupported              this server's version does not have it: .since
        ├─ MethodNotAllowed (405), OutOfTime (408), Conflict (409), URITooLong (414, 431),
        │  UnsupportedMediaType (415), RangeNotSatisfiable (416)
        ├─ UnprocessableContent              422
        │   └─ VersionHashMismatch, ImportCyclicalRelation
        ├─ RateLimited                       429: .retry_after
        │   └─ EmailLimitExceeded
        ├─ ServerError                       500 and above
        │   ├─ ServiceUnavailable            503: .service .reason .retry_after
        │   └─ OutOfDate, UnexpectedResponse, InvalidProviderConfig
        ├─ LicenseError                      LICENSE_* and ADDON_*
        ├─ RedirectRefused                   the response is a redirect that is not followed
        └─ DecodeError                       the response is not what its headers say, such as HTML instead of JSON

``TruncatedResultWarning`` is the one warning: a list was cut and there are more items.

`directus_sdk.http.responses` chooses the class by ``errors[0].extensions.code`` and then by the status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from directus_sdk.errors import api, base, transport
from directus_sdk.errors.api import *  # noqa: F403
from directus_sdk.errors.base import *  # noqa: F403
from directus_sdk.errors.transport import *  # noqa: F403

if not TYPE_CHECKING:  # mypy reads a sum of lists as an empty one, and would find no error in this package
    __all__ = api.__all__ + base.__all__ + transport.__all__

    for _name in __all__:
        # Tracebacks, pickles and the documentation name the path that users import from.
        globals()[_name].__module__ = __name__
