"""The endpoint groups of Directus 8 on tables: what each takes in bulk, and where its batches stop."""

from __future__ import annotations

from typing import Any

import attrs

from tests.v8.messages import Answer, Refused, no_route, not_found
from tests.v8.tables import Row, Table, meta, paged, selected, shown


@attrs.frozen
class Group:
    """What one group takes: `"yes"`, or the way in which it refuses it."""

    get_many: bool = True
    post_array: Refused | None = None
    patch_many: Refused | None = None
    patch_array: Refused | None = None
    #: "all", "first" (the others stay, in silence) or "none".
    delete_many: str = "all"
    #: `limit=-1` lifts the default limit of lists of keys.
    lifts: bool = False
    nested: bool = False
    revisions: bool = False


_405 = Refused(405, 6, "Method Not Allowed")
_404 = Refused(404, 1, "Not Found")
_422 = Refused(422, 12, 'Payload fields: "0, 1" does not exist in the collection.')

GROUPS = {
    "items": Group(lifts=True, revisions=True),
    "files": Group(post_array=Refused(400, 15, "Batch upload is not allowed"), nested=True, revisions=True),
    "users": Group(patch_array=_405, lifts=True, revisions=True),
    "webhooks": Group(patch_array=_405, lifts=True, revisions=True),
    "relations": Group(patch_array=_405, lifts=True),
    "permissions": Group(delete_many="first"),
    "settings": Group(patch_many=Refused(422, 4, "batch update expect an array of items"), lifts=True),
    "roles": Group(post_array=_422, patch_many=Refused(404, 203, "Item not found"), patch_array=_405, delete_many="first"),
    "collection_presets": Group(
        post_array=_422, patch_many=Refused(404, 203, "Item not found"), patch_array=_405, delete_many="first"
    ),
    "folders": Group(get_many=False, post_array=_422, patch_many=_404, patch_array=_405, delete_many="none"),
    "activity": Group(post_array=_405, patch_many=_405, patch_array=_405, delete_many="none"),
    "revisions": Group(post_array=_405, patch_many=_405, patch_array=_405, delete_many="none", lifts=True),
}
READ_ONLY = ("activity", "revisions")


class Store:
    """The tables of a project, with the activity and the revisions of what is written."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self.tables = tables
        self.default_limit = 200

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise Refused(404, 200, f"Unable to find collection: {name}")
        return self.tables[name]

    def read(self, table: Table, query: Row) -> Answer:
        """GET x."""
        rows = selected(table, query)
        part = paged(rows, query, self.default_limit)
        if query.get("single") in ("1", "true"):
            if not rows:
                raise Refused(404, 203, "Item not found")
            return self._answer(table, query, rows[0])
        body: Row = {"meta": meta(table, query, part, len(rows))} if query.get("meta") else {}
        return Answer(200, {**body, "data": [shown(table, row, query) for row in part]})

    def read_keys(self, group: Group, table: Table, text: str, query: Row) -> Answer:
        """GET x/1,2."""
        keys = text.split(",")
        if len(keys) > 1 and not group.get_many:
            raise no_route()
        everything = query.get("status") == "*"
        rows = [table.rows[key] for key in keys if key in table.rows and (everything or not table.hidden(table.rows[key]))]
        if len(keys) == 1:
            if not rows:
                raise not_found(keys[0])
            return self._answer(table, query, rows[0])
        rows = [row for row in table.rows.values() if row in rows]  # in the order of the table
        lifted = group.lifts and query.get("limit") == "-1"
        part = rows if lifted else rows[: self.default_limit]
        body: Row = {"meta": meta(table, query, part, len(rows))} if query.get("meta") else {}
        return Answer(200, {**body, "data": [shown(table, row, query) for row in part]})

    def _answer(self, table: Table, query: Row, row: Row) -> Answer:
        body: Row = {"meta": meta(table, query, [row], 1, one=True)} if query.get("meta") else {}
        return Answer(200, {**body, "data": shown(table, row, query)})

    def create(self, group: Group, table: Table, data: Any, query: Row) -> Answer:
        """POST x: rows before the one that fails stay."""
        if isinstance(data, list) and data:
            if group.post_array is not None:
                raise group.post_array
            rows = [self._insert(table, row, query) for row in data]
            return Answer(200, {"data": [shown(table, row, query) for row in rows if not table.hidden(row)]})
        return self._answer(table, query, self._insert(table, data or {}, query))

    def _insert(self, table: Table, data: Any, query: Row) -> Row:
        row = table.insert(data)
        self.note(table, "create", row, data, query)
        return row

    def update(self, group: Group, table: Table, text: str | None, data: Any, query: Row) -> Answer:
        """PATCH x/1,2 with one object, PATCH x with a list: rows before the one that fails stay changed."""
        if text is None:
            if group.patch_array is not None:
                raise group.patch_array
            if not isinstance(data, list):
                raise Refused(404, 203, "Item not found")
            if any(table.key not in row for row in data):
                raise Refused(422, 12, "Payload must include the primary key")
            changes = [(row[table.key], {name: value for name, value in row.items() if name != table.key}) for row in data]
        else:
            keys = text.split(",")
            if len(keys) > 1 and group.patch_many is not None:
                raise group.patch_many
            changes = [(key, data or {}) for key in keys]
        rows = []
        for key, change in changes:
            rows.append(table.update(key, change))
            self.note(table, "update", rows[-1], change, query)
        nested = [[shown(table, row, query)] if group.nested else shown(table, row, query) for row in rows]
        if len(changes) == 1 and text is not None:
            body: Row = {"meta": meta(table, query, rows, 1, one=True)} if query.get("meta") else {}
            return Answer(200, {**body, "data": nested[0]})
        return Answer(200, {"data": nested})

    def delete(self, group: Group, table: Table, text: str, query: Row) -> Answer:
        """DELETE x/1,2: keys before the one that fails are removed; some groups remove the first one only."""
        keys = text.split(",")
        if len(keys) > 1 and group.delete_many == "none":
            raise no_route()
        for key in keys[:1] if group.delete_many == "first" else keys:
            if key not in table.rows and table.name not in ("directus_files", "directus_roles"):
                raise Refused(404, 203, "Item not found")
            row = table.get(key)
            self.check_delete(table, row)
            table.delete(key)
            self.note(table, "delete", row, {}, query)
        return Answer(204)

    def check_delete(self, table: Table, row: Row) -> None:
        if table.name == "directus_roles" and row["id"] in (1, 2):
            raise Refused(401, 3, f"You are not allowed to delete group [{row['id']}]")
        if table.name == "directus_users" and row["role"] == 1:
            raise Refused(500, 216, "Cannot delete the last admin user.")

    def note(self, table: Table, action: str, row: Row, change: Row, query: Row) -> Row | None:
        """Write the activity, and the revision of what is no deletion."""
        activity = self.tables["directus_activity"]
        if query.get("activity_skip") == "1" or table.name in ("directus_activity", "directus_revisions"):
            return None
        entry = {"action": action, "action_by": 1, "action_on": "2026-11-21 00:01:31", "ip": "127.0.0.1", "user_agent": "test"}
        entry |= {"collection": table.name, "item": str(row[table.key]), "comment": query.get("comment")}
        noted = activity.insert(entry)
        if action != "delete":
            where = {"activity": noted["id"], "collection": table.name, "item": str(row[table.key])}
            self.tables["directus_revisions"].insert({**where, "data": dict(row), "delta": change})
        return noted

    def revisions(self, table: Table, key: str, query: Row, offset: str | None = None) -> Answer:
        revisions = self.tables["directus_revisions"]
        query = {**query, "filter": {"collection": table.name, "item": {"eq": key}}}
        if offset is None:
            return self.read(revisions, query)
        if not offset.isdigit():
            raise Refused(422, 4, "offset: This value should be of type numeric.")
        rows = selected(revisions, query)
        if int(offset) >= len(rows):
            raise Refused(404, 203, "Item not found")
        return self._answer(revisions, query, rows[int(offset)])

    def revert(self, table: Table, key: str, revision: str, query: Row) -> Answer:
        revisions = self.tables["directus_revisions"].rows
        if revision not in revisions:
            raise Refused(404, 207, f'Revision with Id "{revision}" not found')
        row = table.get(key)
        row.update(revisions[revision]["data"])
        self.note(table, "revert", row, {}, query)
        return self._answer(table, query, row)
