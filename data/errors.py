"""What can go wrong, as one tree.

PortalError
├── NotFound            it does not exist, or not for this user
│   └── Gone            it did, until somebody removed or moved it
├── NotPermitted        the role may see it but not do it
├── AlreadyExists       a name or identity is taken
├── ChangedMeanwhile    somebody else changed what a form is about to save
├── HasChildren         a node still has sub-nodes
├── InvalidInput        a value cannot be taken; says which and why
│   └── BadSetting      a PORTAL_… setting cannot be used
├── LoginRefused        a log-in that did not succeed, or must wait
├── DatabaseUnavailable the owner of the database does not answer
└── DatabaseUnusable    the file is locked, damaged, too new, or the disk is full

Each keeps its facts as attributes and builds one sentence for the user: what, which, what next.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.texts import Told, as_told, sentences, told

if TYPE_CHECKING:
    from data.edits import Change


class PortalError(Exception):
    """Any refusal the portal explains to its user."""

    @property
    def sentence(self) -> str:
        """The sentence; one made by `told` can be said in another language."""
        return self.args[0] if self.args and isinstance(self.args[0], Told) else str(self)


class NotFound(PortalError):
    def __init__(self, kind: str, identity: object) -> None:
        super().__init__(
            told("There is no %(kind)s %(identity)s. It may have been removed.", kind=as_told(kind), identity=identity)
        )
        self.kind, self.identity = kind, identity


class Gone(NotFound):
    """What was there for this user, until somebody removed or moved it. happened: who did what, and when."""

    def __init__(self, kind: str, identity: object, happened: Told) -> None:
        super().__init__(kind, identity)
        self.args = (happened,)


class NotPermitted(PortalError):
    def __init__(self, role: str, action: str) -> None:
        super().__init__(told("As %(role)s you may not %(action)s.", role=told(role), action=as_told(action)))
        self.role, self.action = role, action


class AlreadyExists(PortalError):
    """A name or identity that is taken. field: the column it would stand in, where a form has it."""

    def __init__(self, kind: str, identity: object, field: str = "") -> None:
        super().__init__(
            told("There is already a %(kind)s %(identity)s. Choose another.", kind=as_told(kind), identity=identity)
        )
        self.kind, self.identity, self.field = kind, identity, field


class ChangedMeanwhile(PortalError):
    """Somebody else changed what a form is about to save. changes: what, from, to, who and when."""

    def __init__(self, kind: str, changes: "Sequence[Change]") -> None:
        what = sentences(
            told(
                "%(who)s changed %(field)s from %(old)s to %(new)s.",
                who=one.who or told("Somebody"),
                field=told(one.title),
                old=told("nothing") if one.old in ("", None) else one.old,
                new=told("nothing") if one.new in ("", None) else one.new,
            )
            for one in changes
        )
        super().__init__(
            told(
                "The %(kind)s was changed meanwhile. %(changes)s Look at it, then save again.",
                kind=told(kind),
                changes=what,
            )
        )
        self.kind, self.changes = kind, changes


class HasChildren(PortalError):
    """A node that still has sub-nodes. children: how many of which kind, such as `3 floors`."""

    def __init__(self, kind: str, name: str, children: str) -> None:
        super().__init__(
            told(
                "The %(kind)s %(name)s still has %(children)s. Remove them first.",
                kind=told(kind),
                name=name,
                children=children,
            )
        )
        self.kind, self.name, self.children = kind, name, children


class InvalidInput(PortalError):
    def __init__(self, field: str, value: object, reason: str) -> None:
        words = {"field": told(field), "reason": as_told(reason)}
        if value is None:
            super().__init__(told("%(field)s %(reason)s", **words))
        else:
            super().__init__(told("%(field)s %(value)s %(reason)s", value=repr(value), **words))
        self.field, self.value, self.reason = field, value, reason


class BadSetting(InvalidInput):
    """A PORTAL_… setting that cannot be used."""


class LoginRefused(PortalError):
    """A log-in that did not succeed. wait_s: seconds until the next attempt is looked at, 0 when it was looked at."""

    def __init__(self, wait_s: int = 0) -> None:
        super().__init__(
            told("Too many failed attempts. Try again in %(seconds)s s.", seconds=wait_s)
            if wait_s
            else told("Wrong email or password. Check both and try again.")
        )
        self.wait_s = wait_s


class DatabaseUnavailable(PortalError):
    def __init__(self) -> None:
        super().__init__(told("The central system is not reachable. Try again in a moment."))


class DatabaseUnusable(PortalError):
    def __init__(self, file: object, reason: str) -> None:
        super().__init__(f"The database {file} cannot be used: {reason}")
        self.file, self.reason = file, reason
