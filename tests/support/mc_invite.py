# SPDX-License-Identifier: GPL-2.0-or-later
"""INVITEs of mission-critical calls, as clients, IMS cores and IWFs begin
them: TS 24.379 and TS 29.379."""
import mc
import sip
import user_agent


def _session(kind, target=None, caller=None, group=None):
    """An info document with a session-type."""
    inner = f"<session-type>{kind}</session-type>" if kind else ""
    for name, value in (("request-uri", target), ("calling-user-id", caller),
                        ("calling-group-id", group)):
        if value:
            inner += mc.identity("mcptt", name, value)
    return mc.info_xml("mcptt", inner)


def _invite(uri, sender, parts, sdp, headers=()):
    """An INVITE with these parts and the description as the last one."""
    message = sip.request("INVITE", uri, sender, uri, headers)
    if sdp:
        parts = [*parts, mc.part("application/sdp", sdp)]
    return mc.with_parts(message, parts)


def private(user, target, sdp):
    """A client's private call, the target in a list (TS 24.379 11.1.1)."""
    return _invite(mc.ORIG, mc.impu(user), [
        mc.info_part(_session("private")), mc.lists_part(target)], sdp, [
        ("P-Preferred-Service", mc.icsi("mcptt")),
        *mc.accept_contact("mcptt")])


def plain(user, target, sdp):
    """The call of an ordinary SIP phone: a Request-URI and no more."""
    message = sip.request("INVITE", target, mc.impu(user), target)
    return user_agent.with_sdp(message, sdp)


def group(user, group_uri, sdp, psi=mc.CTRL):
    """A client's prearranged group call (TS 24.379 10.1.1)."""
    return _invite(psi, mc.impu(user), [
        mc.info_part(_session("prearranged", group_uri))], sdp, [
        ("P-Preferred-Service", mc.icsi("mcptt")),
        *mc.accept_contact("mcptt")])


def from_core(user, group_uri, sdp):
    """A leg of a group call, as a controlling function sends it."""
    info = _session("prearranged", group_uri, mc.mc_id(user))
    return _invite(mc.CTRL, mc.CTRL, [mc.info_part(info)], sdp,
                   _asserted(mc.CTRL))


def _asserted(who):
    """The header fields of what an IWF or a controlling function sends."""
    return [*mc.accept_contact("mcptt"),
            ("P-Asserted-Service", mc.icsi("mcptt")),
            ("P-Asserted-Identity", f"<{who}>")]


def from_lmr(caller, user, sdp, iwf=mc.IWF1):
    """An LMR user's private call, through its IWF (TS 29.379)."""
    info = _session("", mc.mc_id(user), caller)
    return _invite(mc.TERM, iwf, [mc.info_part(info)], sdp, _asserted(iwf))


def from_lmr_group(group_uri, user, sdp, iwf=mc.IWF1):
    """The leg of a group call of the LMR system to one of our users."""
    info = _session("", mc.mc_id(user), None, group_uri)
    return _invite(mc.TERM, iwf, [mc.info_part(info)], sdp, _asserted(iwf))
