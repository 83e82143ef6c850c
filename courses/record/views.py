from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.record import pages


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "courses/dashboard.html", {"overview": pages.record_of(request.user, now=timezone.now())})
