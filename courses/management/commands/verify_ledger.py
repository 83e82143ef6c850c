from django.core.management.base import BaseCommand, CommandError

from courses.certificates import ledger
from courses.certificates.models import Certificate, CertificateEvent


class Command(BaseCommand):
    help = "Recompute chain, digests, papers and numbers of all certificates. Fails on the first difference found."

    def handle(self, **options):
        faults = ledger.verify()
        for fault in faults:
            self.stderr.write(f"{fault.where}: {fault.what}")
        certificates, events = Certificate.objects.count(), CertificateEvent.objects.count()
        if faults:
            raise CommandError(f"{len(faults)} faults in {certificates} certificates and {events} events.")
        self.stdout.write(f"All is as issued: {certificates} certificates, {events} events.")
