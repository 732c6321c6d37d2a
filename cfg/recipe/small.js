// small.js: the routes of small.cfg through KEMI.

var DOMAIN = "mc.example.org";
var REPLY_FIELDS = "^(Via|v|From|f|To|t|Call-ID|i|CSeq|Content-Length|l"
		+ "|Warning|Retry-After|Reason|Proxy-Authenticate"
		+ "|WWW-Authenticate)$";

function ksr_request_route() {
	if (!sane()) {
		return;
	}
	if (KSR.is_OPTIONS() && KSR.is_myself_ruri()) {
		KSR.sl.sl_send_reply(200, "OK");
	} else if (KSR.is_REGISTER()) {
		register();
	} else if (!KSR.is_MESSAGE()) {
		KSR.hdr.append_to_reply("Allow: MESSAGE, REGISTER, OPTIONS\r\n");
		KSR.sl.sl_send_reply(405, "Method Not Allowed");
	} else if (KSR.mc_iwf.iwf_is_message() < 0) {
		KSR.sl.sl_send_reply(404, "Not Found");
	} else {
		short_message();
	}
}

// What no well-meaning party sends, and more than it sends. There are no
// dialogs here.
function sane() {
	KSR.force_rport(); // replies go where the request came from
	if (!is_peer() && KSR.pike.pike_check_req() < 0) {
		return false;
	}
	if (KSR.maxfwd.process_maxfwd(10) < 0) {
		KSR.sl.sl_send_reply(483, "Too Many Hops");
		return false;
	}
	if (KSR.sanity.sanity_check(17767, 7) < 0) {
		return false;
	}
	if (KSR.is_ACK()) {
		KSR.tm.t_check_trans();
		return false;
	}
	if (KSR.siputils.has_totag() > 0) {
		KSR.sl.sl_send_reply(481, "Call Does Not Exist");
		return false;
	}
	return true;
}

// The core, or an IWF: they may assert identities.
function is_peer() {
	var ip = KSR.pv.get("$si"), port = KSR.pv.get("$sp");
	return KSR.permissions.allow_address(1, ip, port) > 0
			|| KSR.permissions.allow_address(2, ip, port) > 0;
}

// Who knows the password of a name may register it. Whatever its Contact says,
// it is reached where its REGISTER came from: never at a peer, or at ourselves.
function register() {
	if (!KSR.is_myself_ruri()) {
		KSR.sl.sl_send_reply(404, "Not Our Domain");
		return;
	}
	if (!proven()) {
		return;
	}
	if (KSR.pv.get("$(tU{s.unescape.user})") !== KSR.pv.get("$avp(proven)")
			|| KSR.pv.get("$(avp(proven_domain){s.tolower})") !== DOMAIN
			|| KSR.pv.gete("$(tu{uri.passwd})") !== ""
			|| KSR.pv.get("$(td{s.tolower})") !== DOMAIN || is_peer()
			|| KSR.is_myself("sip:" + KSR.pv.get("$si") + ":"
					+ KSR.pv.get("$sp"))) {
		KSR.sl.sl_send_reply(403, "You Can Register Yourself Only");
		return;
	}
	KSR.nathelper.fix_nated_register();
	KSR.mc_iwf.iwf_contact();
	if (KSR.registrar.save("location", 0) < 0) {
		KSR.sl.sl_reply_error();
	}
}

// The sender by digest, $avp(proven). ($aU is who the first credentials speak
// of, be they those that were checked or not.) A connection on which somebody
// was proven lives as long as a registration.
function proven() {
	var digest = KSR.auth_db.auth_check(DOMAIN, "subscriber", 0);
	if (digest < 0) {
		not_proven(digest);
		return false;
	}
	if (KSR.pv.get("$proto") !== "udp") {
		KSR.tcpops.tcp_set_connection_lifetime(3605);
	}
	return true;
}

// -2 and -3: a wrong password, an unknown user. -4 and -6: an old nonce. -1: a
// broken field, or nobody could look, which is no fault of the password's.
function not_proven(digest) {
	if ((digest === -2 || digest === -3) && KSR.is_MESSAGE()) {
		KSR.mc_iwf.iwf_refuse("unauthenticated");
	} else if (digest === -4 || digest === -6) {
		KSR.auth.auth_challenge(DOMAIN, 17);
	} else if (digest === -1 && KSR.auth_db.is_subscriber(
			"sip:nobody@invalid", "subscriber", 3) === -1) {
		KSR.hdr.append_to_reply("Retry-After: 5\r\n");
		KSR.sl.sl_send_reply(503, "User Data Not Available");
	} else {
		KSR.auth.auth_challenge(DOMAIN, 1);
	}
}

// A retransmission gets the reply that its transaction has stored. Strangers
// get no transaction.
function short_message() {
	if (KSR.tm.t_check_trans() >= 0) {
		return;
	}
	if (KSR.pv.get("$iwf(source)") === "client" && !proven()) {
		return;
	}
	KSR.tm.t_newtran();
	if (KSR.mc_iwf.iwf_check() < 0 || KSR.mc_iwf.iwf_authorize() < 0) {
		KSR.mc_iwf.iwf_reply();
		return;
	}
	if (KSR.pv.get("$lmr(op)") !== "none") {
		KSR.mc_iwf.iwf_refuse("sdp_stray"); // media are negotiated in calls
		return;
	}
	if (KSR.mc_iwf.iwf_targets() < 0 || KSR.mc_iwf.iwf_rewrite() < 0) {
		KSR.mc_iwf.iwf_reply();
		return;
	}
	next_hop();
	KSR.tm.t_set_fr(0, KSR.pv.get("$iwf(time_left)"));
	KSR.tm.t_on_reply("ksr_answer");
	KSR.tm.t_on_failure("ksr_no_answer");
	if (KSR.tm.t_relay() < 0) {
		KSR.mc_iwf.iwf_refuse("no_answer");
	}
}

// A peer is picked by its set; a client's contacts are set already.
function next_hop() {
	var peers = { "1": "IWF1_URI", "2": "IWF2_URI", "3": "PARTNER_URI" };
	var peer = peers[KSR.pv.get("$iwf(peer_set)")];
	if (peer) {
		KSR.pv.sets("$du", KSR.pv.get("$def(" + peer + ")"));
	}
}

// The receiver says yes or no, and nothing of itself or others.
function ksr_answer() {
	no_own_challenge();
	KSR.textops.remove_hf_exp(".", REPLY_FIELDS);
	if (KSR.textops.has_body() > 0) {
		KSR.textopsx.remove_body();
	}
	return 1;
}

// The core would send on what no transaction waits for, to whoever its Via
// says.
function ksr_no_transaction() {
	KSR.x.drop();
	return 0;
}

// Who challenges in our name is after our users' passwords: what cannot be
// read counts as that. (Quotes are escaped here; a backslash or a NUL could hide
// the name.)
function no_own_challenge() {
	var code = KSR.pv.get("$rs");
	var www = KSR.pv.gete("$(hdr(WWW-Authenticate)[*]{s.escape.common})");
	var proxy = KSR.pv.gete("$(hdr(Proxy-Authenticate)[*]{s.escape.common})");
	var all = (www + "," + proxy).toLowerCase();
	var asked = code === 401 || code === 407;
	if (asked && !unreadable("WWW-Authenticate", www, code === 401)
			&& !unreadable("Proxy-Authenticate", proxy, code === 407)
			&& !/\\[\\0]/.test(all) && all.indexOf(DOMAIN) < 0) {
		return;
	}
	KSR.textops.remove_hf_re("^(WWW|Proxy)-Authenticate$");
	if (asked) {
		KSR.textopsx.change_reply_status(502, "Bad Gateway");
	}
}

// There, or needed, and nothing can be seen of it.
function unreadable(name, text, needed) {
	return text === "" && (needed || KSR.textops.is_present_hf(name) > 0);
}

// A MESSAGE is never answered with 408 (RFC 4320).
function ksr_no_answer() {
	if (KSR.tm.t_check_status("408") > 0) {
		KSR.mc_iwf.iwf_refuse("no_answer");
	}
	return 1;
}

function ksr_iwf_event(name) {
	var verdict = KSR.pv.get("$iwf(verdict)");
	if (verdict === "ok" || (verdict !== "unauthenticated"
			&& KSR.pipelimit.pl_check_limit("refusals", "TAILDROP", 10) > 0)) {
		KSR.xlog.xnotice("EVENT " + name.replace("mc_iwf:", "")
				+ " " + KSR.pv.get("$iwf(status)") + " " + verdict + "\n");
	}
	return 1;
}
