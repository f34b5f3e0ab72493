"""The fields of the system collections, for type checkers and completion.

They are those of a full read on a server of version 11 or 12. A read with `fields` returns some of them, and older servers
have fewer. `ManyToOne` and `OneToMany` are relations: keys, or items where `fields` includes nested fields. The `meta` of a
collection, field or relation is ``None`` only where Directus does not manage it.
"""

from __future__ import annotations

from directus_sdk.types.access import Access as Access
from directus_sdk.types.access import Permission as Permission
from directus_sdk.types.access import Policy as Policy
from directus_sdk.types.access import Role as Role
from directus_sdk.types.access import Share as Share
from directus_sdk.types.access import User as User
from directus_sdk.types.app import Dashboard as Dashboard
from directus_sdk.types.app import Flow as Flow
from directus_sdk.types.app import Notification as Notification
from directus_sdk.types.app import Operation as Operation
from directus_sdk.types.app import Panel as Panel
from directus_sdk.types.app import Preset as Preset
from directus_sdk.types.app import Webhook as Webhook
from directus_sdk.types.content import Activity as Activity
from directus_sdk.types.content import Comment as Comment
from directus_sdk.types.content import File as File
from directus_sdk.types.content import Folder as Folder
from directus_sdk.types.content import Revision as Revision
from directus_sdk.types.content import Translation as Translation
from directus_sdk.types.content import Version as Version
from directus_sdk.types.project import Collection as Collection
from directus_sdk.types.project import Field as Field
from directus_sdk.types.project import Relation as Relation
from directus_sdk.types.project import Settings as Settings
from directus_sdk.types.relations import ManyToOne as ManyToOne
from directus_sdk.types.relations import OneToMany as OneToMany
