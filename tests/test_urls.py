"""S03, S05, S06, S11, S18: who gets what at every address of the site. An address that is not in a table fails.

A line of a table: the name of the URL pattern, what GET answers, and what an empty POST with a valid token answers.
One number stands for everybody; otherwise there is one for each of the people, in the order of the heading.
"""

import copy
import hashlib
import logging
import re

import pytest
from django.apps import apps
from django.db import transaction
from django.template.response import SimpleTemplateResponse

from tests.addresses import Pattern, address_of, every_address, nobodys_address, walk
from tests.world import PEOPLE, STAFF, World, forget

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32
SESSIONS = {"accounts_loginsession", "usersessions_usersession"}
# allauth shows recovery codes once after they were made: the first look is noted in the row, which changes nothing else.
NOTED_LOOKS = {"mfa_view_recovery_codes", "mfa_download_recovery_codes"}
# A mail program sends this POST by itself (RFC 8058). Its right to it is the signed address, which names the one thing it does.
SIGNED = {"account_mail_stop"}

# anonymous stranger owner instructor elsewhere registrar auditor superuser
SITE = """
healthz                             200                             | 405
readyz                              200                             | 405
theme                               405                             | 302
worker                              200                             | 405
manifest                            200                             | 405
offline                             200                             | 405
account_profile                     302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
account_mail                        302 200 200 200 200 200 200 200 | 302
account_mail_stop                   200                             | 200
account_licences                    302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
account_licence_add                 302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
account_licence_change              302 404 200 404 404 404 404 404 | 302 404 200 404 404 404 404 404
account_licence_delete              302 404 200 404 404 404 404 404 | 302 404 302 404 404 404 404 404
account_login                       200 302 302 302 302 302 302 302 | 200 302 302 302 302 302 302 302
account_logout                      302 200 200 200 200 200 200 200 | 302
account_inactive                    200                             | 405
account_signup                      200 302 302 302 302 302 302 302 | 200 302 302 302 302 302 302 302
account_reauthenticate              302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
account_email                       302 200 200 200 200 200 200 200 | 302
account_email_verification_sent     302                             | 302
account_change_password             302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
account_set_password                302                             | 302
account_reset_password              200                             | 200
account_confirm_login_code          302                             | 302
account_confirm_password_reset_code 302                             | 302
account_complete_password_reset     302                             | 302
account_password_reset_completed    200                             | 405
account_request_login_code          200 302 302 302 302 302 302 302 | 200 302 302 302 302 302 302 302
mfa_index                           302 200 200 200 200 200 200 200 | 302 405 405 405 405 405 405 405
mfa_authenticate                    302                             | 302
mfa_reauthenticate                  302 302 200 200 200 200 200 200 | 302 302 200 200 200 200 200 200
mfa_activate_totp                   302 200 302 302 302 302 302 302 | 302 200 302 302 302 302 302 302
mfa_deactivate_totp                 302 404 200 200 200 200 200 200 | 302 404 302 302 302 302 302 302
mfa_view_recovery_codes             302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
mfa_generate_recovery_codes         302 200 200 200 200 200 200 200 | 302 200 302 302 302 302 302 302
mfa_download_recovery_codes         302 404 200 404 404 404 404 404 | 302 404 405 404 404 404 404 404
mfa_list_webauthn                   302 200 200 200 200 200 200 200 | 302 405 405 405 405 405 405 405
mfa_add_webauthn                    302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
mfa_reauthenticate_webauthn         302 302 200 302 302 302 302 302 | 302
mfa_remove_webauthn                 302 404 200 404 404 404 404 404 | 302 404 302 404 404 404 404 404
mfa_edit_webauthn                   302 404 200 404 404 404 404 404 | 302 404 200 404 404 404 404 404
mfa_login_webauthn                  302                             | 302
usersessions_list                   302 200 200 200 200 200 200 200 | 302
admin:index                         302 403 403 200 200 200 200 200 | 302 403 403 200 200 200 200 200
admin:login                         302 403 403 302 302 302 302 302 | 302 403 403 302 302 302 302 302
admin:logout                        302 403 403 405 405 405 405 405 | 302 403 403 200 200 200 200 200
admin:password_change               302 403 403 302 302 302 302 302 | 302 403 403 302 302 302 302 302
admin:password_change_done          302 403 403 200 200 200 200 200 | 302 403 403 405 405 405 405 405
admin:autocomplete                  302 403 403 403 403 403 403 403 | 302 403 403 405 405 405 405 405
admin:jsi18n                        302 403 403 200 200 200 200 200 | 302 403 403 405 405 405 405 405
admin:letters                       302 403 403 200 200 200 200 200 | 302 403 403 405 405 405 405 405
admin:app_list                      302 403 403 302 302 302 302 302 | 302 403 403 302 302 302 302 302
admin/(?P<url>.*)                   302 403 403 404 404 404 404 404 | 302 403 403 404 404 404 404 404
quizzes:attempt                     302 404 302 404 404 404 404 404 | 405
quizzes:question                    302 404 200 404 404 404 404 404 | 405
quizzes:answer                      302                             | 302 404 415 404 404 404 404 404
quizzes:check                       302 404 200 404 404 404 404 404 | 405
quizzes:submit                      302                             | 302 404 422 404 404 404 404 404
quizzes:result                      302 404 302 404 404 404 404 404 | 405
courses:catalogue                   200                             | 405
courses:dashboard                   302 200 200 200 200 200 200 200 | 302 405 405 405 405 405 405 405
courses:search                      200                             | 405
courses:verify                      200                             | 405
courses:verify-token                200                             | 405
courses:certificate                 302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:certificate-pdf             302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:course                      200                             | 405
courses:enrol                       302 200 200 200 200 200 200 200 | 302 200 200 200 200 200 200 200
courses:edition                     302 404 200 404 404 404 404 404 | 302 404 302 404 404 404 404 404
courses:leave                       302 404 200 404 404 404 404 404 | 302 404 302 404 404 404 404 404
courses:lesson                      302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:read                        302 405 405 405 405 405 405 405 | 302 404 302 404 404 404 404 404
courses:place                       302 405 405 405 405 405 405 405 | 302 404 204 404 404 404 404 404
courses:lesson-notes                302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:offline                     302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:notes                       302 404 200 404 404 404 404 404 | 302 404 404 404 404 404 404 404
courses:notes-text                  302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
courses:quiz                        302 404 200 404 404 404 404 404 | 302 404 302 404 404 404 404 404
courses:evaluation                  302 404 200 404 404 404 404 404 | 302 404 200 404 404 404 404 404
courses:attestation                 302 404 200 404 404 404 404 404 | 302 404 200 404 404 404 404 404
courses:course-certificate          302 404 200 404 404 404 404 404 | 302 405 405 405 405 405 405 405
"""

# Pages of one model in the admin: instructor elsewhere registrar auditor superuser.
# Everywhere there a visitor is sent to sign in, and a learner gets 403.
ADMIN = """
letter                                 200                 | 405
letter_page                            200                 | 405
accounts_user_changelist               403 403 200 403 200 | 403 403 200 403 200
accounts_user_add                      403 403 403 403 200 | 403 403 403 403 200
accounts_user_history                  404 404 200 404 200 | 404 404 200 404 200
accounts_user_delete                   403                 | 403
accounts_user_change                   403 403 200 403 200 | 403 403 403 403 200
accounts_licence_changelist            403 403 200 403 200 | 403 403 200 403 200
accounts_licence_add                   403                 | 403
accounts_licence_history               404 404 200 404 200 | 404 404 200 404 200
accounts_licence_delete                403                 | 403
accounts_licence_change                403 403 200 403 200 | 403
quizzes_itembank_changelist            200 200 403 403 200 | 200 200 403 403 200
quizzes_itembank_add                   403 403 403 403 200 | 403 403 403 403 200
quizzes_itembank_history               200 404 403 404 200 | 200 404 403 404 200
quizzes_itembank_delete                403                 | 403
quizzes_itembank_change                200 404 403 403 200 | 403 403 403 403 200
quizzes_item_versions                  200 404 403 403 200 | 404 404 403 403 404
quizzes_item_uses                      200 404 403 403 200 | 200 404 403 403 200
quizzes_item_duplicate                 200 404 403 403 200 | 302 404 403 403 302
quizzes_item_changelist                200 200 403 403 200 | 200 200 403 403 200
quizzes_item_add                       200 200 403 403 200 | 200 200 403 403 200
quizzes_item_history                   200 404 403 404 200 | 200 404 403 404 200
quizzes_item_delete                    403 404 403 403 403 | 403 404 403 403 403
quizzes_item_change                    200 404 403 403 200 | 200 404 403 403 200
quizzes_itemrevision_changelist        200 200 403 403 200 | 200 200 403 403 200
quizzes_itemrevision_add               403                 | 403
quizzes_itemrevision_history           200 404 403 404 200 | 200 404 403 404 200
quizzes_itemrevision_delete            403                 | 403
quizzes_itemrevision_change            200 404 403 403 200 | 403
quizzes_quiz_look                      405                 | 200 200 403 403 200
quizzes_quiz_rehearse                  200 404 403 403 200 | 400 404 403 403 400
quizzes_bankexchange_import            200 404 403 403 200 | 200 404 403 403 200
quizzes_bankexchange_export            200 404 403 403 200 | 302 404 403 403 302
quizzes_bankexchange_changelist        200 200 403 403 200 | 200 200 403 403 200
quizzes_bankexchange_add               403                 | 403
quizzes_bankexchange_history           200 404 403 404 200 | 200 404 403 404 200
quizzes_bankexchange_delete            403                 | 403
quizzes_bankexchange_change            200 404 403 403 200 | 403
quizzes_importbatch_undo               200 404 403 403 200 | 302 404 403 403 302
quizzes_importbatch_changelist         200 200 403 403 200 | 200 200 403 403 200
quizzes_importbatch_add                403                 | 403
quizzes_importbatch_history            200 404 403 404 200 | 200 404 403 404 200
quizzes_importbatch_delete             403                 | 403
quizzes_importbatch_change             200 404 403 403 200 | 403
quizzes_quiz_changelist                200 200 403 403 200 | 200 200 403 403 200
quizzes_quiz_add                       200 200 403 403 200 | 200 200 403 403 200
quizzes_quiz_history                   200 404 403 404 200 | 200 404 403 404 200
quizzes_quiz_delete                    403 404 403 403 403 | 403 404 403 403 403
quizzes_quiz_change                    200 404 403 403 200 | 200 404 403 403 200
quizzes_publishedquiz_changelist       200 200 403 403 200 | 200 200 403 403 200
quizzes_publishedquiz_add              403                 | 403
quizzes_publishedquiz_history          200 404 403 404 200 | 200 404 403 404 200
quizzes_publishedquiz_delete           403                 | 403
quizzes_publishedquiz_change           200 404 403 403 200 | 403
quizzes_entry_allow                    403 403 200 403 200 | 403 403 200 403 200
quizzes_entry_changelist               200 200 200 403 200 | 200 200 200 403 200
quizzes_entry_add                      403                 | 403
quizzes_entry_history                  200 404 200 404 200 | 200 404 200 404 200
quizzes_entry_delete                   403                 | 403
quizzes_entry_change                   200 404 200 403 200 | 403
quizzes_attempt_changelist             200 200 200 403 200 | 200 200 200 403 200
quizzes_attempt_add                    403                 | 403
quizzes_attempt_history                200 404 200 404 200 | 200 404 200 404 200
quizzes_attempt_delete                 403                 | 403
quizzes_attempt_change                 200 404 200 403 200 | 403
quizzes_answertomark_mark              200 404 403 403 200 | 200 404 403 403 200
quizzes_answertomark_changelist        200 200 403 403 200 | 200 200 403 403 200
quizzes_answertomark_add               403                 | 403
quizzes_answertomark_history           200 404 403 404 200 | 200 404 403 404 200
quizzes_answertomark_delete            403                 | 403
quizzes_answertomark_change            200 404 403 403 200 | 403
quizzes_writtenmark_again              200 404 403 403 200 | 200 404 403 403 200
quizzes_writtenmark_changelist         200 200 403 200 200 | 200 200 403 200 200
quizzes_writtenmark_add                403                 | 403
quizzes_writtenmark_history            200 404 403 200 200 | 200 404 403 200 200
quizzes_writtenmark_delete             403                 | 403
quizzes_writtenmark_change             200 404 403 200 200 | 403
courses_course_outline                 200 404 403 403 200 | 200 404 403 403 200
courses_course_preview                 200 404 403 403 200 | 200 404 403 403 200
courses_course_copy                    200 404 403 403 200 | 200 404 403 403 200
courses_course_hours                   200 404 200 403 200 | 200 404 200 403 200
courses_course_publish                 200 404 403 403 200 | 302 404 403 403 302
courses_course_retire                  200 404 403 403 200 | 302 404 403 403 302
courses_course_reinstate               200 404 403 403 200 | 302 404 403 403 302
courses_course_changelist              200 200 200 403 200 | 200 200 200 403 200
courses_course_add                     200 200 403 403 200 | 200 200 403 403 200
courses_course_history                 200 404 200 403 200 | 200 404 200 403 200
courses_course_delete                  403                 | 403
courses_course_change                  200 404 200 403 200 | 200 404 403 403 200
courses_module_changelist              200 200 200 403 200 | 200 200 200 403 200
courses_module_add                     200 200 403 403 200 | 200 200 403 403 200
courses_module_history                 200 404 200 403 200 | 200 404 200 403 200
courses_module_delete                  200 404 403 403 200 | 200 404 403 403 200
courses_module_change                  200 404 200 403 200 | 200 404 403 403 200
courses_lesson_preview                 200 404 403 403 200 | 200 404 403 403 200
courses_lesson_autosave                405 404 403 403 405 | 422 404 403 403 422
courses_lesson_changelist              200 200 403 403 200 | 200 200 403 403 200
courses_lesson_add                     200 200 403 403 200 | 200 200 403 403 200
courses_lesson_history                 200 404 403 403 200 | 200 404 403 403 200
courses_lesson_delete                  200 404 403 403 200 | 200 404 403 403 200
courses_lesson_change                  200 404 403 403 200 | 200 404 403 403 200
courses_reference_changelist           200 200 403 403 200 | 200 200 403 403 200
courses_reference_add                  200 200 403 403 200 | 200 200 403 403 200
courses_reference_history              200 404 403 403 200 | 200 404 403 403 200
courses_reference_delete               200 404 403 403 200 | 200 404 403 403 200
courses_reference_change               200 404 403 403 200 | 200 404 403 403 200
courses_glossaryterm_changelist        200 200 403 403 200 | 200 200 403 403 200
courses_glossaryterm_add               200 200 403 403 200 | 200 200 403 403 200
courses_glossaryterm_history           200 404 403 403 200 | 200 404 403 403 200
courses_glossaryterm_delete            200 404 403 403 200 | 200 404 403 403 200
courses_glossaryterm_change            200 404 403 403 200 | 200 404 403 403 200
courses_figure_changelist              200 200 403 403 200 | 200 200 403 403 200
courses_figure_add                     200 200 403 403 200 | 200 200 403 403 200
courses_figure_history                 200 404 403 403 200 | 200 404 403 403 200
courses_figure_delete                  200 404 403 403 200 | 200 404 403 403 200
courses_figure_change                  200 404 403 403 200 | 200 404 403 403 200
courses_accreditor_changelist          403 403 200 403 200 | 403 403 200 403 200
courses_accreditor_add                 403 403 200 403 200 | 403 403 200 403 200
courses_accreditor_history             404 404 200 404 200 | 404 404 200 404 200
courses_accreditor_delete              403                 | 403
courses_accreditor_change              403 403 200 403 200 | 403 403 200 403 200
courses_approval_changelist            403 403 200 403 200 | 403 403 200 403 200
courses_approval_add                   403 403 200 403 200 | 403 403 200 403 200
courses_approval_history               403 404 200 403 200 | 403 404 200 403 200
courses_approval_delete                403                 | 403
courses_approval_change                403 403 200 403 200 | 403 403 200 403 200
courses_edition_changelist             200                 | 200
courses_edition_add                    403                 | 403
courses_edition_history                200 404 200 200 200 | 200 404 200 200 200
courses_edition_delete                 403                 | 403
courses_edition_change                 200 404 200 200 200 | 403
courses_enrolment_changelist           200                 | 200
courses_enrolment_add                  403                 | 403
courses_enrolment_history              200 404 200 200 200 | 200 404 200 200 200
courses_enrolment_delete               403                 | 403
courses_enrolment_change               200 404 200 200 200 | 403
courses_awaitingcertificate_issue      403 403 302 403 302 | 403 403 400 403 400
courses_awaitingcertificate_changelist 403 403 200 403 200 | 403 403 200 403 200
courses_awaitingcertificate_add        403                 | 403
courses_awaitingcertificate_history    403 404 200 403 200 | 403 404 200 403 200
courses_awaitingcertificate_delete     403                 | 403
courses_awaitingcertificate_change     403 403 200 403 200 | 403
courses_certificate_pdf                403 403 200 200 200 | 403 403 200 200 200
courses_certificate_supersede          403 403 200 403 200 | 403 403 200 403 200
courses_certificate_revoke             403 403 200 403 200 | 403 403 200 403 200
courses_certificate_changelist         403 403 200 200 200 | 403 403 200 200 200
courses_certificate_add                403                 | 403
courses_certificate_history            403 404 200 200 200 | 403 404 200 200 200
courses_certificate_delete             403                 | 403
courses_certificate_change             403 403 200 200 200 | 403
courses_certificateevent_changelist    403 403 200 200 200 | 403 403 200 200 200
courses_certificateevent_add           403                 | 403
courses_certificateevent_history       403 404 200 200 200 | 403 404 200 200 200
courses_certificateevent_delete        403                 | 403
courses_certificateevent_change        403 403 200 200 200 | 403
courses_evaluation_changelist          200 200 200 403 200 | 200 200 200 403 200
courses_evaluation_add                 403                 | 403
courses_evaluation_history             200 404 200 403 200 | 200 404 200 403 200
courses_evaluation_delete              403                 | 403
courses_evaluation_change              200 404 200 403 200 | 403
"""

Answers = dict[str, tuple[int, int]]


@pytest.fixture(autouse=True)
def quiet():
    """A walk over every address is refused a thousand times, and each refusal would be told with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def read(table: str, people: tuple[str, ...]) -> dict[str, Answers]:
    """name -> person -> (GET, POST)"""
    found = {}
    for name, rest in (line.split(maxsplit=1) for line in table.strip().splitlines()):
        got, posted = ([int(each) for each in part.split()] for part in rest.split("|"))
        found[name] = dict(zip(people, zip(_each(got, people), _each(posted, people), strict=True), strict=True))
    return found


def _each(numbers: list[int], people: tuple[str, ...]) -> list[int]:
    return numbers * len(people) if len(numbers) == 1 else numbers


def is_admin_page(pattern: Pattern) -> bool:
    """A page of one model: admin/<app>/<model>/…"""
    return (
        pattern.route.startswith("admin/") and pattern.route.count("/") > 2 and "password_change" not in pattern.route
    )


def table_name(pattern: Pattern) -> str:
    return pattern.name.removeprefix("admin:") if is_admin_page(pattern) else pattern.name


def is_old_admin_address(pattern: Pattern) -> bool:
    """Django keeps an address without a verb for each row, and sends it on to the change page."""
    return pattern.model is not None and pattern.name == pattern.route


# --- asking ---------------------------------------------------------------------------------------------------------


class Visitor:
    """Asks one address after the other. Whatever an answer changed is rolled back before the next."""

    def __init__(self, world: World, who: str) -> None:
        self._client = world.visit(who, enforce_csrf_checks=True)
        self._cookies = self._client.cookies

    def ask(self, method: str, address: str, *, token: str = TOKEN, cookie: str = TOKEN, **sent):
        self._client.cookies = copy.deepcopy(self._cookies)
        self._client.cookies["csrf"] = cookie
        forget()
        before = transaction.savepoint()
        response = self._client.generic(method, address, headers={"x-csrftoken": token} if token else {}, **sent)
        transaction.savepoint_rollback(before)
        return response

    def pair(self, address: str) -> tuple[int, int]:
        form = "application/x-www-form-urlencoded"
        return self.ask("GET", address).status_code, self.ask("POST", address, content_type=form).status_code


def masked(response) -> bytes:
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", response.content)


# --- the tables -----------------------------------------------------------------------------------------------------


def test_s05_every_address_is_in_a_table_and_every_line_is_an_address():
    expected = {*read(SITE, PEOPLE), *read(ADMIN, STAFF)}

    assert {table_name(pattern) for pattern in walk() if not is_old_admin_address(pattern)} == expected


@pytest.fixture
def unrendered(monkeypatch):
    """Whether the admin opens is decided before a page is made: other walks (secrecy, headers) read the pages."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")


@pytest.mark.parametrize("who", PEOPLE)
def test_s05_every_address_answers_each_as_the_table_says(world, who, unrendered):
    expected = {name: answers[who] for name, answers in read(SITE, PEOPLE).items()}
    expected |= {name: answers[who] for name, answers in read(ADMIN, STAFF).items() if who in STAFF}
    visitor = Visitor(world, who)

    found = {
        table_name(pattern): visitor.pair(address)
        for pattern, address in every_address(world)
        if who in STAFF or not is_admin_page(pattern)
        if not is_old_admin_address(pattern)
    }

    assert _differing(found, expected) == {}


def _differing(found: Answers, expected: Answers) -> dict:
    return {name: (found[name], expected.get(name)) for name in found if found[name] != expected.get(name)}


@pytest.mark.parametrize(("who", "status"), [("anonymous", 302), ("stranger", 403)])
def test_s05_no_page_of_the_admin_opens_to_who_is_not_staff(world, who, status):
    visitor = Visitor(world, who)

    found = {
        table_name(pattern): visitor.pair(address)
        for pattern, address in every_address(world)
        if is_admin_page(pattern)
    }

    assert {name: answers for name, answers in found.items() if answers != (status, status)} == {}


# --- what is not one's own does not exist -------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "in_admin"), [("stranger", False), ("elsewhere", True)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s05_what_belongs_to_another_is_answered_as_what_does_not_exist(world, who, in_admin, method):
    """Byte for byte: of two addresses that both give 404, neither may tell which row exists."""
    visitor, checked, told = Visitor(world, who), 0, []

    for pattern in (each for each in walk() if each.parameters and is_admin_page(each) == in_admin):
        theirs, nobodys = (
            visitor.ask(method, address) for address in (address_of(pattern, world), nobodys_address(pattern, world))
        )
        if theirs.status_code == 404:
            checked += 1
            told += (
                []
                if masked(theirs) == masked(nobodys) and nobodys.status_code == 404
                else [(pattern.name, nobodys.status_code)]
            )

    assert told == []
    assert checked > 10


# --- S11: changes need a POST with a token, and GET changes nothing -----------------------------------------------------


@pytest.mark.parametrize(
    ("method", "token"),
    [("POST", ""), ("POST", "u" * 32), ("POST", "t" * 64), ("DELETE", "")],
    ids=["none", "foreign", "stale", "delete"],
)
def test_s11_nothing_but_a_read_is_heard_without_the_right_token(world, method, token):
    visitor = Visitor(world, "superuser")

    found = {
        pattern.name: visitor.ask(method, address, token=token).status_code
        for pattern, address in every_address(world)
        if pattern.name not in SIGNED
    }

    assert {name: status for name, status in found.items() if status != 403} == {}


@pytest.mark.parametrize("who", ["superuser", "owner"])
def test_s11_reading_every_address_changes_no_row(world, who):
    client, before = world.visit(who), digest_of_everything()

    for pattern, address in every_address(world):
        if pattern.name not in NOTED_LOOKS:
            forget()
            client.get(address)

    assert digest_of_everything() == before


def digest_of_everything() -> dict[str, str]:
    """Table -> SHA-256 of all its rows, but for login sessions, which a read may renew."""
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    rows = {model._meta.db_table: model._base_manager.order_by("pk").values_list() for model in models}
    return {
        table: hashlib.sha256(repr(list(found)).encode()).hexdigest()
        for table, found in rows.items()
        if table not in SESSIONS
    }


def test_s11_no_token_stands_in_an_address(world):
    client, found = world.visit("owner"), []

    for address in (address for pattern, address in every_address(world) if not is_admin_page(pattern)):
        forget()
        body = client.get(address).content.decode(errors="replace")
        token = client.cookies["csrf"].value if "csrf" in client.cookies else ""
        found += re.findall(r'(?:href|action|src)="[^"]*csrf[^"]*"', body) + (
            [address] if token and f"={token}" in body else []
        )

    assert found == []


@pytest.mark.parametrize("onward", ["?next=//evil.example/", "?next=https:evil.example", "?next=/%5Cevil.example"])
@pytest.mark.parametrize("who", ["anonymous", "owner"])
def test_s23_every_redirect_stays_on_this_host(world, who, onward):
    visitor = Visitor(world, who)

    found = [
        visitor.ask("GET", address + onward).get("Location", "/")
        for pattern, address in every_address(world)
        if not is_admin_page(pattern)
    ]

    assert [to for to in found if not re.match(r"/(?![/\\])", to)] == []
