#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Access tokens and their keys, by python3-jwt and python3-cryptography, which
share no code with the library.

usage: tokens.py FOLDER    writes token-own.txt, token-own.json and idms-pem.pem,
                           as they are in tests/data, with fresh keys"""
import base64
import json
import pathlib
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

NOW = 1800000000
CLAIMS = {"iss": "https://idms.mc.example.org", "aud": ["mc", "kms"],
          "exp": NOW + 600, "scope": "openid 3gpp:mc:ptt_service "
          "3gpp:mc:data_service", "client_id": "urn:uuid:1",
          "mcptt_id": "sip:alice@mc.example.org",
          "mcdata_id": "sip:alice.data@mc.example.org"}
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1,
          "secp256k1": ec.SECP256K1}


def url(octets):
    """base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def number(value, size=None):
    """A number of a JWK."""
    return url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def rsa_key(bits=2048):
    """A private key of RSA."""
    return rsa.generate_private_key(65537, bits)


def ec_key(curve="P-256"):
    """A private key of a curve."""
    return ec.generate_private_key(CURVES[curve]())


def jwk(key, kid, **more):
    """The public half of a key as JWK."""
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        found = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    else:
        size = (key.curve.key_size + 7) // 8
        name = next(n for n, c in CURVES.items() if isinstance(key.curve, c))
        found = {"kty": "EC", "crv": name, "x": number(numbers.x, size),
                 "y": number(numbers.y, size)}
    return {**found, "kid": kid, **more}


def pem(key):
    """The public half of a key as PEM."""
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def token(key, kid, alg="RS256", header=None, **changed):
    """A token of CLAIMS with some of them changed; None takes one out."""
    claims = {n: v for n, v in {**CLAIMS, **changed}.items() if v is not None}
    return jwt.encode(claims, key, alg, {"kid": kid, **(header or {})})


def signed(key, header, claims, alg="RS256"):
    """A token of two texts, whatever they say."""
    text = f"{url(header.encode())}.{url(claims.encode('latin-1'))}"
    algorithm = jwt.algorithms.get_default_algorithms()[alg]
    return f"{text}.{url(algorithm.sign(text.encode(), key))}"


def claims_text(**changed):
    """CLAIMS as JSON."""
    return json.dumps({**CLAIMS, **changed})


def changed_last(text):
    """A token whose signature has another first character."""
    head, signature = text.rsplit(".", 1)
    return f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def loose(digit):
    """A digit of base64url with a bit more that goes into no octet."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return digits[digits.index(digit) + 1]


def in_claims(key, text):
    """A token with a text in place of the claims."""
    return signed(key, '{"alg":"RS256","kid":"rsa"}', text)


def odd_forms(key):
    """Rows of tokens that are not of the form."""
    good = token(key, "rsa")
    head, claims, signature = good.split(".")
    yield "two_parts", "malformed", f"{head}.{claims}"
    yield "four_parts", "malformed", f"{good}.{signature}"
    yield "no_signature", "malformed", f"{head}.{claims}."
    yield "padded", "malformed", f"{head}==.{claims}.{signature}"
    yield "plus", "malformed", token(key, "rsa", more="???>>>" * 3).replace(
        "-", "+").replace("_", "/")
    yield "plus_signature", "malformed", f"{head}.{claims}.+{signature[1:]}"
    yield "blank", "malformed", f"{head}.{claims}.{signature} "
    yield "loose_bits", "malformed", f"{good[:-1]}{loose(good[-1])}"
    yield "no_json", "malformed", signed(key, '{"alg":"RS256"', "{}")
    yield "array", "malformed", signed(key, '["alg"]', "{}")
    yield "header_twice", "malformed", signed(
        key, '{"alg":"RS256","alg":"RS256","kid":"rsa"}', claims_text())
    yield "large", "too_large", token(key, "rsa", more="x" * 6200)
    yield "large_header", "too_large", token(
        key, "rsa", header={"more": "x" * 1600})
    yield "largest", "genuine", token(key, "rsa", more="x" * 5300)
    text = claims_text()[:-1]
    yield "claims_twice", "malformed", in_claims(
        key, text + ',"mcptt_id":"sip:bob@mc.example.org"}')
    yield "inner_twice", "malformed", in_claims(
        key, text + ',"act":{"sub":"a","sub":"b"}}')
    yield "nul", "malformed", in_claims(key, text + ',"sub":"a\\u0000b"}')
    yield "deep", "malformed", in_claims(
        key, text + ',"a":' + "[" * 8 + "]" * 8 + "}")
    yield "deep_enough", "genuine", in_claims(
        key, text + ',"a":' + "[" * 7 + "]" * 7 + ',"b":"[[[[[[[[\\"{{{{{{{{"}')
    yield "trailing", "malformed", in_claims(key, text + "} {}")
    yield "no_utf8", "malformed", in_claims(key, text + ',"s":"\xff"}')


def headers(keys):
    """Rows of tokens with other headers."""
    key = keys["rsa"]
    for name, value in {"crit": ["exp"], "b64": False, "zip": "DEF",
                        "enc": "A128GCM", "jwk": jwk(key, "rsa"),
                        "jku": "https://x", "x5c": ["MII"],
                        "x5u": "https://x"}.items():
        text = json.dumps({"alg": "RS256", "kid": "rsa", name: value})
        yield f"header_{name}", "header", signed(key, text, claims_text())
    yield "x5t", "genuine", token(key, "rsa", header={"x5t": "abc"})
    yield "none", "algorithm", signed(key, '{"alg":"none","kid":"rsa"}',
                                      claims_text())
    yield "no_alg", "algorithm", signed(key, '{"kid":"rsa"}', claims_text())
    yield "alg_case", "algorithm", signed(key, '{"alg":"rs256","kid":"rsa"}',
                                          claims_text())
    yield "alg_number", "algorithm", signed(key, '{"alg":256,"kid":"rsa"}',
                                            claims_text())
    for secret, kid in (pem(key), "rsa"), (b"secret of a client", "oct"):
        yield f"hs256_{kid}", "algorithm", hs256(secret, kid)
    yield "rs384", "algorithm", token(key, "rsa", "RS384")
    yield "ps256", "algorithm", token(key, "rsa", "PS256")
    yield "kid_unknown", "no_key", token(key, "other")
    yield "kid_missing", "no_key", jwt.encode(CLAIMS, key, "RS256")
    yield "kid_empty", "no_key", token(key, "")
    yield "kid_number", "no_key", signed(key, '{"alg":"RS256","kid":1}',
                                         claims_text())
    yield "kid_of_oct", "no_key", token(key, "oct")
    yield "kid_of_enc", "no_key", token(keys["enc"], "enc")
    yield "kid_of_ops", "no_key", token(keys["ops"], "ops")
    yield "kid_of_curve", "no_key", token(key, "k1")
    yield "rsa_with_ec", "key_unfit", token(key, "ec")
    yield "ec_with_rsa", "key_unfit", token(keys["ec"], "rsa", "ES256")
    yield "ec_other_curve", "key_unfit", signed(
        keys["p384"], '{"alg":"ES256","kid":"p384"}', claims_text(), "ES384")
    yield "alg_of_key", "key_unfit", token(keys["rs512"], "rs512")


def hs256(secret, kid):
    """A token whose secret is what all know."""
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    header = json.dumps({"alg": "HS256", "kid": kid})
    text = f"{url(header.encode())}.{url(claims_text().encode())}"
    return f"{text}.{url(algorithm.sign(text.encode(), secret))}"


def signatures(keys):
    """Rows of tokens with other signatures."""
    key = keys["rsa"]
    good = token(key, "rsa")
    head, claims, signature = good.split(".")
    other = token(key, "rsa", mcptt_id="sip:bob@mc.example.org").split(".")[1]
    yield "rsa", "genuine", good
    yield "ec", "genuine", token(keys["ec"], "ec", "ES256")
    yield "pem", "genuine", token(keys["pem"], "idms-pem", "ES256")
    yield "changed", "forged", changed_last(good)
    yield "changed_ec", "forged", changed_last(token(keys["ec"], "ec", "ES256"))
    yield "short_ec", "forged", token(keys["ec"], "ec", "ES256")[:-6]
    yield "borrowed", "forged", f"{head}.{other}.{signature}"
    yield "other_key", "forged", token(keys["enc"], "rsa")
    yield "zero_ec", "forged", ".".join(token(keys["ec"], "ec", "ES256").split(
        ".")[:2] + [url(bytes(64))])
    for alg, kid in ("RS384", "rsa"), ("RS512", "rs512"), ("PS256", "rsa"), (
            "PS512", "rsa"), ("ES384", "p384"), ("ES512", "p521"):
        yield f"all_{alg}", "algorithm", token(keys[kid], kid, alg)


def odd_claims(key):
    """Rows of tokens with other claims."""
    names = ["exp", "scope", "client_id"]
    for name in names:
        yield f"no_{name}", "claim", token(key, "rsa", **{name: None})
    texts = claims_text
    for name, value in {
            "exp_text": {"exp": str(NOW + 600)}, "exp_true": {"exp": True},
            "exp_null": {"exp": "null"}, "exp_list": {"exp": [NOW + 600]},
            "exp_far": {"exp": 1e300}, "nbf_text": {"nbf": "0"},
            "scope_list": {"scope": ["3gpp:mc:ptt_service"]},
            "client_empty": {"client_id": ""},
            "client_blank": {"client_id": "a b"},
            "client_line": {"client_id": "a\r\nb"},
            "client_utf8": {"client_id": "\u00e4"},
            "client_long": {"client_id": "x" * 1025},
            "id_number": {"mcptt_id": 7}, "id_empty": {"mcptt_id": ""},
            "id_list": {"mcptt_id": ["sip:alice@mc.example.org"]},
            "id_blank": {"mcptt_id": "sip:alice@mc.example.org "},
            "id_del": {"mcptt_id": "sip:a\x7f@mc.example.org"}}.items():
        yield name, "claim", in_claims(key, texts(**value))
    yield "exp_overflow", "malformed", in_claims(
        key, texts().replace(str(NOW + 600), "99999999999999999999"))
    yield "exp_real", "genuine", token(key, "rsa", exp=NOW + 600.5)
    yield "exp_old", "expired", token(key, "rsa", exp=-5)
    yield "client_longest", "genuine", token(key, "rsa", client_id="x" * 1024)
    yield "nbf", "genuine", token(key, "rsa", nbf=NOW - 60)
    yield "scope_empty", "scope", token(key, "rsa", scope="")
    yield "scope_blanks", "scope", token(key, "rsa", scope="x  y")
    yield "scope_other", "scope", token(
        key, "rsa", scope="3gpp:mc:ptt_service2 3gpp:mc 3GPP:MC:PTT_SERVICE")
    yield "scope_comma", "scope", token(
        key, "rsa", scope="3gpp:mc:ptt_service,3gpp:mc:data_service")
    yield "scope_video", "no_id", token(
        key, "rsa", scope="3gpp:mc:video_service")
    yield "no_ids", "no_id", token(key, "rsa", mcptt_id=None, mcdata_id=None)
    yield "foreign_id", "genuine", token(key, "rsa", mcvideo_id=7)
    yield "aud_text", "genuine", token(key, "rsa", aud="mc")
    yield "aud_other", "genuine", token(key, "rsa", aud=["mcx", 7, "m"])
    yield "aud_none", "genuine", token(key, "rsa", aud=None)
    yield "iss_list", "genuine", in_claims(key, texts(iss=[CLAIMS["iss"]]))


def make_keys():
    """Private keys by kid."""
    return {"rsa": rsa_key(), "ec": ec_key(), "p384": ec_key("P-384"),
            "p521": ec_key("P-521"), "rs512": rsa_key(), "enc": rsa_key(),
            "ops": rsa_key(), "pem": ec_key(), "k1": ec_key("secp256k1")}


def key_set(keys):
    """The JWK set: those that count, and those that are left out."""
    more = {"rs512": {"alg": "RS512"}, "enc": {"use": "enc"},
            "ops": {"key_ops": ["encrypt"]}, "rsa": {"use": "sig"},
            "ec": {"key_ops": ["verify"]}}
    found = [jwk(key, kid, **more.get(kid, {})) for kid, key in keys.items()
             if kid != "pem"]
    return {"keys": found + [
        {"kty": "oct", "kid": "oct", "k": url(b"secret of a client")},
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": url(bytes(32))}]}


def rows(keys):
    """All rows: a name, what the check finds, the token."""
    yield from signatures(keys)
    yield from odd_forms(keys["rsa"])
    yield from headers(keys)
    yield from odd_claims(keys["rsa"])


def main(folder):
    """Writes the files."""
    folder = pathlib.Path(folder)
    keys = make_keys()
    lines = ["# Tokens for the time %d: name, what the check finds, token. Made "
             "by" % NOW, "# tests/support/tokens.py with keys that are thrown "
             "away."]
    lines += [" ".join(row) for row in rows(keys)]
    (folder / "token-own.txt").write_text("\n".join(lines) + "\n")
    (folder / "token-own.json").write_text(
        json.dumps(key_set(keys), indent=1) + "\n")
    (folder / "idms-pem.pem").write_bytes(pem(keys["pem"]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
