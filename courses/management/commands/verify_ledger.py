from django.core.management.base import BaseCommand, CommandError

from courses.certificates import chain, ledger
from courses.certificates.models import Certificate, CertificateEvent


class Command(BaseCommand):
    help = "Recompute chain, digests, papers and numbers of all certificates. Fails when anything differs."

    def add_arguments(self, parser):
        parser.add_argument(
            "--head", action="append", default=[], type=_head, metavar="POSITION:HASH",
            help="A head of the chain that was kept elsewhere. May be given more than once.",
        )  # fmt: skip

    def handle(self, head: list[chain.Head], **options):
        faults = ledger.verify(head)
        for fault in faults:
            self.stderr.write(f"{fault.where}: {fault.what}")
        certificates, events = Certificate.objects.count(), CertificateEvent.objects.count()
        if faults:
            raise CommandError(f"{len(faults)} faults in {certificates} certificates and {events} events.")
        self.stdout.write(f"All is as issued: {certificates} certificates, {events} events.")
        if newest := CertificateEvent.objects.order_by("position").last():
            self.stdout.write(f"Keep this elsewhere: --head {newest.position}:{newest.hash}")


def _head(text: str) -> chain.Head:
    position, _, fingerprint = text.partition(":")
    return chain.Head(int(position), fingerprint)
