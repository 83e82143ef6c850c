import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceu.settings")
application = get_wsgi_application()

# What is loaded by now stays for the life of the process: the collector need not walk it again and again. Requests
# leave little behind that counts references do not free, so it also comes by less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
