"""What the LMS gives to lti-consumer-xblock: a course, its people, a block, a gradebook.

The package asks the LMS through `lti_consumer.plugin.compat` and through the services of an
XBlock's runtime, and through nothing else. Both are filled in here as edx-platform does, on a
course of four people; each says what stands there instead. All else that runs is the package's.
"""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import User
from lti_consumer.exceptions import LtiError
from lti_consumer.models import CourseAllowPIISharingInLTIFlag
from lti_consumer.plugin import compat
from opaque_keys.edx.keys import CourseKey
from xblock.core import XBlockMixin
from xblock.fields import DateTime, Field, Scope, ScopeIds
from xblock.reference.user_service import XBlockUser
from xblock.runtime import (
    DictKeyValueStore,
    KvsFieldData,
    MemoryIdManager,
    NullI18nService,
    Runtime,
)

COURSE = CourseKey.from_string("course-v1:Acme+MENT101+2026")
UNIT = COURSE.make_usage_key("lti_consumer", "mentoring")
PEOPLE = {
    "tina": ("Tina Teacher", "staff"),
    "ada": ("Ada One", "student"),
    "ben": ("Ben Two", "student"),
    "mo": ("Mo Mentor", "student"),
}
"""By user name: what they are called, and their role in the course."""
GRADES: list[dict[str, Any]] = []
"""What was published to the gradebook, in order."""

_KEPT = KvsFieldData(DictKeyValueStore())  # the LMS: MongoDB for settings, SQL for people's state


class Inherited(XBlockMixin):
    """Two of the fields that xmodule's InheritanceMixin gives to every block of a course."""

    due = DateTime(default=None, scope=Scope.settings)
    graceperiod = Field(default=None, scope=Scope.settings)


class Courseware(Runtime):
    """The runtime of a block that somebody looks at; None is nobody, as when a tool calls."""

    def __init__(self, user: User | None) -> None:
        """Give the block the four services that it needs."""
        ids = MemoryIdManager()
        super().__init__(
            id_reader=ids,
            id_generator=ids,
            field_data=_KEPT,
            mixins=(Inherited,),
            services={
                "i18n": NullI18nService(),
                "user": Users(user),
                "rebind_user": SimpleNamespace(rebind_noauth_module_to_user=_rebound),
            },
        )

    def publish(self, block: Any, event_type: str, event_data: dict[str, Any]) -> None:
        """Take a grade; the LMS raises a signal that writes it to the gradebook."""
        if event_type == "grade":
            user = User.objects.get(id=event_data["user_id"])
            GRADES.append({**event_data, "username": user.username, "block": str(block.usage_key)})

    def handler_url(self, *_: Any, **__: Any) -> str:
        """LTI 1.3 has no handlers of the block."""
        raise NotImplementedError

    resource_url = local_resource_url = handler_url


class Users:
    """The user service, as the LMS's DjangoXBlockUserService answers."""

    def __init__(self, user: User | None) -> None:
        """Speak of this user."""
        self._user = user

    def get_current_user(self) -> XBlockUser:
        """Return whoever looks at the block."""
        user = self._user
        if user is None:
            return XBlockUser()
        told = XBlockUser(
            is_current_user=True, emails=[user.email], full_name=PEOPLE[user.username][0]
        )
        told.opt_attrs.update(
            {
                "edx-platform.is_authenticated": True,
                "edx-platform.user_id": user.id,
                "edx-platform.username": user.username,
                "edx-platform.user_is_staff": user.is_staff,
                "edx-platform.user_role": PEOPLE[user.username][1],
            }
        )
        return told

    def get_external_user_id(self, type_name: str) -> str:
        """Return the id that others see; the LMS has a table of random UUIDs."""
        assert type_name == "lti"
        return external_id(self._user)


def external_id(user: User) -> str:
    """Return what tools know a user by."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://lms.example/{user.username}"))


def block(user: User | None = None) -> Any:
    """Return the LTI block of the course, as `user` gets it."""
    ids = ScopeIds(user.id if user else None, "lti_consumer", UNIT, UNIT)
    return Courseware(user).construct_xblock("lti_consumer", ids)


def found() -> None:
    """Make the course and its people, and tell the package whom to ask."""
    for username, (name, _) in PEOPLE.items():
        User.objects.create_user(username, f"{username}@lms.example", first_name=name)
    # An administrator of the LMS allows names and addresses, course by course.
    CourseAllowPIISharingInLTIFlag.objects.create(course_id=COURSE, enabled=True)
    compat.get_course_by_id = lambda _: SimpleNamespace(
        display_name_with_default="Mentored Course", display_org_with_default="Acme"
    )
    compat.load_enough_xblock = lambda _: block()
    compat.load_block_as_user = lambda _: block()  # a tool's call comes from nobody
    compat.get_user_from_external_user_id = _user_of
    compat.batch_get_or_create_externalids = _external_ids
    compat.get_course_members = _members
    compat.user_has_studio_write_access = lambda user, _: _role(user) in ("staff", "instructor")
    compat.user_course_access = lambda _course, user, *_, **__: _role(user) is not None
    compat.user_has_access = lambda user, *_: _role(user) is not None


def _role(user: Any) -> str | None:
    """Return a role in the course; None for whoever has not logged in."""
    return PEOPLE.get(user.username, (None, None))[1]


def _user_of(external_user_id: str) -> User:
    for user in User.objects.all():
        if external_id(user) == external_user_id:
            return user
    raise LtiError("Invalid User")


def _external_ids(users: Any) -> dict[int, Any]:
    # Asked for with profiles, a table of the LMS.
    return {
        user.id: SimpleNamespace(external_user_id=external_id(user))
        for user in users.prefetch_related(None)
    }


def _members(_: CourseKey) -> dict[int, dict[str, Any]]:
    return {
        user.id: {
            "id": user.id,
            "username": user.username,
            "email": user.email,
            "name": PEOPLE[user.username][0],
            "roles": [PEOPLE[user.username][1]],
        }
        for user in User.objects.all()
    }


def _rebound(block: Any, user: User) -> None:
    block.scope_ids = block.scope_ids._replace(user_id=user.id)
