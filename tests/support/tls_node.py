# SPDX-License-Identifier: GPL-2.0-or-later
"""A sample node with TLS: certificates, and connections to it."""
import socket
import ssl
import subprocess

import mc
import node
import sip


class Authority:
    """Makes certificates that the node accepts."""

    def __init__(self, folder):
        self.folder = folder
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes",
                      "-subj", "/CN=test authority", "-days", "2",
                      "-keyout", "ca.key", "-out", "ca.pem")

    def _openssl(self, *words):
        """Runs openssl in the folder."""
        subprocess.run(["openssl", *words], cwd=self.folder, check=True,
                       capture_output=True)

    def self_signed(self, name):
        """Key and certificate files of one who vouches for himself."""
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes",
                      "-subj", f"/CN={name}", "-days", "2",
                      "-keyout", "own.key", "-out", "own.pem")
        return self.folder / "own.pem", self.folder / "own.key"

    def certificate(self, name):
        """Key and certificate files for a name."""
        self._openssl("req", "-newkey", "rsa:2048", "-nodes",
                      "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                      "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-days", "2",
                      "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


def site_with_tls(new_site, authority, **settings):
    """A site whose node listens on TLS, and knows an IWF by its name alone;
    new_site makes sites."""
    certificate, key = authority.certificate("mc.example.org")
    config = authority.folder / "tls.cfg"
    config.write_text(
        "[server:default]\nmethod = TLSv1.2+\nverify_certificate = yes\n"
        f"require_certificate = no\nprivate_key = {key}\n"
        f"certificate = {certificate}\nca_list = {authority.folder}/ca.pem\n"
        "[client:default]\nmethod = TLSv1.2+\n")
    site = new_site(
        options=["-A", "WITH_TLS", "-A", f"TLS_PORT={node.free_port()}",
                 "-A", f'TLS_CONFIG="{config}"'],
        sql=["INSERT INTO mc_iwf_peers (kind, psi, address, port, tls_id)"
             f" VALUES ('iwf', '{mc.IWF1}', '', 0, 'iwf.example.org')"],
        **settings)
    site.client("alice")
    return site


def port_of(site):
    """Where its node listens."""
    return next(int(option.split("=")[1]) for option in site.node.options
                if option.startswith("TLS_PORT="))


def connect(site, certificate=None, source="127.0.0.1"):
    """A TLS connection to the node."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(*certificate)
    return context.wrap_socket(socket.create_connection(
        ("127.0.0.1", port_of(site)), sip.TIMEOUT, (source, 0)))


def ask(sock, message):
    """The answer to a request on a TLS connection."""
    message.headers.insert(0, (
        "Via", f"SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK{sip.token()};rport"))
    sock.sendall(bytes(message))
    data = b""
    while not sip.first_message(data):
        data += sock.recv(65536)
    return sip.Message.parse(sip.first_message(data))
