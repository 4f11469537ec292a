"""The roots that Lambdas trust (crates/aws/src/roots.pem): valid for long, and those of this machine's store."""

import ssl
import time
import unittest
from pathlib import Path

ROOTS = Path(__file__).resolve().parents[2] / "crates/aws/src/roots.pem"
# Long enough that a release with others reaches everybody.
YEARS = 2
NAMES = {
    "Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
}  # fmt: skip


def store(**where):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(**where)
    return context


class Roots(unittest.TestCase):
    def setUp(self):
        self.ours = store(cadata=ROOTS.read_text())

    def test_they_are_amazons_five_and_valid_for_years(self):
        certificates = self.ours.get_ca_certs()
        names = [dict(pair[0] for pair in certificate["subject"])["commonName"] for certificate in certificates]
        self.assertEqual(sorted(names), sorted(NAMES))
        for certificate in certificates:
            self.assertEqual(certificate["subject"], certificate["issuer"], "a root signs itself")
            self.assertLess(ssl.cert_time_to_seconds(certificate["notBefore"]), time.time())
            left = ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()
            self.assertGreater(left, YEARS * 365 * 86_400, certificate["subject"])

    def test_this_machines_store_has_the_same(self):
        file = next((path for path in FILES if path.exists()), None)
        if file is None:
            self.skipTest(f"no store of certificates at {', '.join(map(str, FILES))}")
        theirs = set(store(cafile=file).get_ca_certs(binary_form=True))
        for certificate in self.ours.get_ca_certs(binary_form=True):
            self.assertIn(certificate, theirs)


# Debian, Alpine and macOS; Amazon Linux and Fedora.
FILES = [
    Path(name)
    for name in ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/pki/tls/certs/ca-bundle.crt")
]

if __name__ == "__main__":
    unittest.main()
