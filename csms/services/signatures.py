"""How services know that a notification is the portal's: the Standard Webhooks signature.

Source: Standard Webhooks 1.0.0: `webhook-signature: v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def signature(signing_secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header webhook-signature.

    Args:
        timestamp: Unix seconds of this try, which the receiver compares with its clock.
    """
    secret = signing_secret.removeprefix(PREFIX)
    key = base64.b64decode(secret) if secret != signing_secret else secret.encode()
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
