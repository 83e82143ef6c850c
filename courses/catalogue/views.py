from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from courses.catalogue import pages


def catalogue(request: HttpRequest) -> HttpResponse:
    return render(request, "courses/catalogue.html", {"cards": pages.cards(timezone.now().date())})
