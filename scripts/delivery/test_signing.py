"""Signatures against AWS's published examples of Signature Version 4."""

import datetime
import os
import unittest
from unittest import mock

from signing import credentials, sign

KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)
AT = datetime.datetime(2015, 8, 30, 12, 36, tzinfo=datetime.timezone.utc)


class Signatures(unittest.TestCase):
    def signature(self, url, keys=KEYS):
        return sign("GET", url, b"", "us-east-1", "service", keys, now=AT)["authorization"].split("Signature=")[1]

    def test_get_vanilla(self):
        self.assertEqual(self.signature("https://example.amazonaws.com/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")

    def test_get_vanilla_query_order(self):
        expected = "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        for query in ("Param2=value2&Param1=value1", "Param1=value1&Param2=value2"):
            self.assertEqual(self.signature(f"https://example.amazonaws.com/?{query}"), expected)

    def test_a_session_token_is_signed_too(self):
        made = sign("GET", "https://example.amazonaws.com/", b"", "us-east-1", "service", (*KEYS[:2], "token"), now=AT)
        self.assertEqual(made["x-amz-security-token"], "token")
        self.assertIn("x-amz-security-token", made["authorization"])
        self.assertNotIn(self.signature("https://example.amazonaws.com/"), made["authorization"])

    def test_credentials_of_the_environment_come_first(self):
        with mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}):
            self.assertEqual(credentials(), ("a", "b", "c"))


if __name__ == "__main__":
    unittest.main()
