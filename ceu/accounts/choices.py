"""What people chose about mail they may do without, and the link that stops it at one click without signing in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from ceu.accounts.models import MailChoice, User

SALT = "ceu.accounts.choices"


def wants(user, about: str) -> bool:
    row = MailChoice.objects.filter(user=user, about=about).first()
    return row.wanted if row else MailChoice.usual(about)


def of(user) -> dict[str, bool]:
    """Every kind -> whether `user` wants it."""
    chosen = dict(MailChoice.objects.filter(user=user).values_list("about", "wanted"))
    return {about: chosen.get(about, MailChoice.usual(about)) for about in MailChoice.About.values}


def choose(user, chosen: dict[str, bool]) -> None:
    for about, wanted in chosen.items():
        MailChoice.objects.update_or_create(user=user, about=about, defaults={"wanted": wanted})


def stop_address(user, about: str) -> str:
    """The whole address that stops this kind of mail. It holds good as long as the site's secret key does."""
    return settings.SITE_URL + reverse("account_mail_stop", args=[token_of(user, about)])


def read_token(token: str) -> tuple[User, str] | None:
    """Whom it belongs to and what it stops; None for one that we did not make, or of an account that is gone."""
    try:
        uuid, about = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(uuid=uuid).first()
    return (user, about) if user and about in MailChoice.About.values else None


def token_of(user, about: str) -> str:
    return signing.Signer(salt=SALT).sign_object([str(user.uuid), str(about)])
