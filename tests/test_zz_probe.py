import pytest
from tests.world import world
@pytest.mark.django_db
def test_probe(world):
  for who in ("owner","stranger"):
    c = world.visit(who)
    for a in ("/accounts/2fa/","/accounts/2fa/authenticate/","/accounts/2fa/webauthn/reauthenticate/","/accounts/2fa/totp/activate/","/accounts/2fa/totp/deactivate/","/accounts/2fa/webauthn/add/","/accounts/2fa/recovery-codes/generate/",f"/accounts/2fa/webauthn/keys/{world.key.pk}/edit/"):
        r=c.get(a); print(a, r.status_code, r.get("Location"), getattr(r,'exc_info',None))
