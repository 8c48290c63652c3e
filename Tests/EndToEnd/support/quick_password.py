"""Password hashes that are quick to check. The product's own takes a tenth of a second of a core on purpose, at each of some hundred logins;
it stays in the tests of what an account's password does, which make accounts and passwords of their own."""
import base64
import hashlib
import os

# The least that a stored hash may have.
LOGARITHM, BLOCK, PARALLEL = 4, 8, 1


def quick_hash(password):
    """As `users.password_hash` has it."""
    salt = os.urandom(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=1 << LOGARITHM, r=BLOCK, p=PARALLEL, dklen=32)
    encoded = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (salt, key)]
    return "$".join(["scrypt", f"ln={LOGARITHM},r={BLOCK},p={PARALLEL}", *encoded])
