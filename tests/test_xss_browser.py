"""S09: a real browser opens every page that holds payloads, and nothing of them runs."""

import pytest
from django.test import Client

from ceu.accounts.models import User
from quizzes.delivery.models import Attempt
from tests.hostile import admin_pages, certificate_pages, finish, learner_pages, make_hostile, take_part
from tests.world import make_people, sign_in


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_s09_a_browser_opens_every_hostile_page_and_nothing_runs(browser, live_site):
    """No dialog, no report of the content security policy, no complaint in the console."""
    people = make_people()
    hostile = take_part(make_hostile(people))
    dialogs = []
    browser.expect("status of 403")  # the pages of rows that nobody may delete

    open_all(browser, live_site, people["owner"], learner_pages(hostile), dialogs)
    finish(hostile)
    open_all(browser, live_site, people["owner"], certificate_pages(hostile), dialogs)
    open_all(browser, live_site, people["superuser"], admin_pages(hostile), dialogs)

    assert dialogs == []
    assert Attempt.objects.get(pk=hostile.attempt.pk).passed


def open_all(browser, live_site, user: User, addresses: list[str], dialogs: list[str]) -> None:
    client = Client()
    sign_in(client, user)
    page = browser.page()
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_site.url}])
    page.on("dialog", lambda dialog: (dialogs.append(f"{page.url}: {dialog.message}"), dialog.dismiss()))
    for address in addresses:
        page.goto(live_site.url + address, wait_until="load")
        page.mouse.move(200, 200)
