"""The pages of the LMS and of Studio around a block, and the package's own URLs beside them."""

from __future__ import annotations

import lms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from lti_consumer.api import get_lti_1p3_launch_info
from lti_consumer.utils import get_lti_api_base


def enter(request: HttpRequest, username: str) -> HttpResponse:
    """Log somebody in, as the LMS's login page does."""
    user = User.objects.get(username=username)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse(lms.external_id(user))


@login_required
def unit(request: HttpRequest) -> HttpResponse:
    """Show the block in its unit: the package's own page of it."""
    return HttpResponse(lms.block(request.user).student_view({}).content)


@login_required
def studio(request: HttpRequest) -> HttpResponse:
    """Return what the block shows in Studio."""
    shown = get_lti_1p3_launch_info(lms.block(request.user).get_lti_1p3_launch_data())
    return JsonResponse({**shown, "issuer": get_lti_api_base()})


def gradebook(_: HttpRequest) -> HttpResponse:
    """Return what was published to the gradebook."""
    return JsonResponse(lms.GRADES, safe=False)


urlpatterns = [
    path("enter/<str:username>", enter),
    path("unit", unit),
    path("studio", studio),
    path("gradebook", gradebook),
    path("api/", include("lti_consumer.plugin.urls", namespace="lti_consumer")),
]
