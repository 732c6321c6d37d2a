// small.js: the routes of small.cfg through KEMI.

var DOMAIN = "mc.example.org";

// The numbers of numbers.cfg.
var ERROR = -1, OUT_OF_MEM = -2, CFG = -6, NO_SOCKET = -7;
var SEND = -477, BAD_ADDRESS = -478, BAD_PROTO = -480;
var INVALID_PASSWORD = -2, USER_UNKNOWN = -3, STALE_NONCE = -4,
		NONCE_REUSED = -6;
var QOP_AUTH = 1, QOP_AUTH_STALE = 17, IS_THERE = 3;
var MC_CORE = 1, MC_IWFS = 2;
var SANE_MESSAGE = 18279, SANE_URIS = 7;

// Of the memory that transactions may hold: one user, and one peer.
var USER_SHARE = "10%", PEER_SHARE = "50%";

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
		refuse(405, "Method Not Allowed");
	} else if (KSR.mc_iwf.iwf_is_message() < 0) {
		refuse(404, "Not Found");
	} else {
		short_message();
	}
}

// Drops or refuses what no well-meaning party sends, and more than it sends.
// There are no dialogs here.
function sane() {
	if (!good_head()) {
		return false;
	}
	KSR.force_rport(); // replies go where the request came from
	if (!is_peer() && KSR.pike.pike_check_req() < 0) {
		return false;
	}
	if (KSR.maxfwd.process_maxfwd(10) < 0) {
		refuse(483, "Too Many Hops");
		return false;
	}
	if (KSR.sanity.sanity_check(SANE_MESSAGE, SANE_URIS) < 0) {
		return false;
	}
	if (KSR.is_ACK()) {
		KSR.tm.t_check_trans();
		return false;
	}
	if (KSR.siputils.has_totag() > 0) {
		refuse(481, "Call Does Not Exist");
		return false;
	}
	return true;
}

// The core, or an IWF: they may assert identities.
function is_peer() {
	var ip = KSR.pv.get("$si"), port = KSR.pv.get("$sp");
	return KSR.permissions.allow_address(MC_CORE, ip, port) > 0
			|| KSR.permissions.allow_address(MC_IWFS, ip, port) > 0;
}

// A user registers with the password of its name. It is reached where its
// REGISTER came from, whatever its Contact says: never at a peer, or at
// ourselves.
function register() {
	if (!KSR.is_myself_ruri()) {
		refuse(404, "Not Our Domain");
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
		refuse(403, "You Can Register Yourself Only");
		return;
	}
	KSR.nathelper.fix_nated_register();
	if (KSR.mc_iwf.iwf_contact() < 0) {
		refuse(403, "Contact Not Permitted");
		return;
	}
	if (KSR.registrar.save("location", 0) < 0) {
		KSR.sl.sl_reply_error();
	}
}

// Proves the sender by digest: $avp(proven). ($aU is the user of the first
// credentials, which may not be those that were checked.) A connection with a
// proven user lives as long as a registration.
function proven() {
	var digest = KSR.auth_db.auth_check(DOMAIN, "subscriber", 0);
	if (digest > 0 && !whole_hash()) {
		digest = INVALID_PASSWORD;
	}
	if (digest < 0) {
		not_proven(digest);
		return false;
	}
	if (KSR.pv.get("$proto") !== "udp") {
		KSR.tcpops.tcp_set_connection_lifetime(3605);
	}
	return true;
}

// If a hash is too short, auth_db takes what is in its memory for the rest; if
// it is too long, only its begin. The long hash is that of names with a domain.
// It is not known which of several credentials were checked.
function whole_hash() {
	var several = KSR.pv.get("$hdrc(Authorization)")
			+ KSR.pv.get("$hdrc(Proxy-Authorization)") > 1;
	var domain = KSR.pv.gete("$ad") !== "";
	return (!(domain || several) || is_hash("$avp(long_hash)"))
			&& (!(!domain || several) || is_hash("$avp(hash)"));
}

function is_hash(name) {
	return /^[0-9a-f]{32}$/.test(KSR.pv.gete(name));
}

// An old nonce is no refusal. ERROR is a broken field, or the database, which
// is no fault of the password.
function not_proven(digest) {
	if ((digest === INVALID_PASSWORD || digest === USER_UNKNOWN) && KSR.is_MESSAGE()) {
		KSR.mc_iwf.iwf_refuse("unauthenticated");
	} else if (digest === STALE_NONCE || digest === NONCE_REUSED) {
		KSR.auth.auth_challenge(DOMAIN, QOP_AUTH_STALE);
	} else if (digest === ERROR && KSR.auth_db.is_subscriber(
			"sip:nobody@invalid", "subscriber", IS_THERE) === ERROR) {
		KSR.hdr.append_to_reply("Retry-After: 5\r\n");
		refuse(503, "User Data Not Available");
	} else {
		KSR.auth.auth_challenge(DOMAIN, QOP_AUTH);
	}
}

// A retransmission gets the reply that its transaction has stored. A sender
// gets no transaction before it is proven.
function short_message() {
	if (KSR.tm.t_check_trans() >= 0) {
		return;
	}
	if (KSR.pv.get("$iwf(source)") === "client" && !proven()) {
		return;
	}
	if (!admitted()) {
		KSR.mc_iwf.iwf_reply();
		return;
	}
	KSR.tm.t_newtran();
	listed_fields();
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
	name_sender();
	next_hop();
	KSR.tm.t_set_fr(0, KSR.pv.get("$iwf(time_left)"));
	KSR.tm.t_on_reply("ksr_answer");
	KSR.tm.t_on_failure("ksr_no_answer");
	var sent = KSR.tm.t_relay();
	if (sent < 0) {
		not_sent(sent);
	}
}

// Whether user or peer may hold more of the memory for transactions.
function admitted() {
	if (KSR.pv.get("$iwf(source)") === "client") {
		return KSR.mc_iwf.iwf_admit("user-" + KSR.pv.get("$avp(proven)"),
				USER_SHARE) > 0;
	}
	return KSR.mc_iwf.iwf_admit("peer-" + KSR.pv.get("$si"), PEER_SHARE) > 0;
}

// Refuses by the result of t_relay(). Without a peer set the target is a user,
// who could register.
function not_sent(code) {
	if (code === OUT_OF_MEM) {
		KSR.mc_iwf.iwf_refuse("overload");
	} else if (KSR.pv.is_null("$iwf(peer_set)")
			&& (code === CFG || (code <= BAD_ADDRESS && code >= BAD_PROTO))) {
		KSR.mc_iwf.iwf_refuse("target_unregistered");
	} else if (code === ERROR || code === NO_SOCKET
			|| (code <= SEND && code >= BAD_PROTO)) {
		KSR.mc_iwf.iwf_refuse("no_answer");
	} else {
		KSR.mc_iwf.iwf_refuse("internal");
	}
}

// A list of mc-fields.cfg, without its quotes.
function list(name) {
	return KSR.pv.get("$def(" + name + ")").slice(1, -1);
}

// (The module writes into the name that it gets: this one is new each time.)
function count(name) {
	KSR.counters.inc("node." + name);
}

// Each removed field costs time for all that were removed before it.
function few_fields() {
	return KSR.pv.is_null("$(hdr(*)[200])");
}

// The same rule as in head.cfg.
function clean_head() {
	return KSR.pv.get("$ml") - KSR.pv.get("$bs") <= KSR.pv.get("$def(MC_HEAD_SIZE)")
			&& KSR.mc_iwf.iwf_clean_head() > 0;
}

// The first look at a request.
function good_head() {
	if (KSR.pv.get("$ml") - KSR.pv.get("$bs") > KSR.pv.get("$def(MC_HEAD_SIZE)")) {
		refuse(513, "Message Too Large");
	} else if (!clean_head()) {
		refuse(400, "Octets Not Permitted In The Header");
	} else if (!few_fields()) {
		refuse(400, "Too Many Header Fields");
	} else {
		return true;
	}
	return false;
}

// A refusal of the script, and its line in the log, ten a second at most.
function refuse(code, reason) {
	if (KSR.pipelimit.pl_check_limit("script-refusals", "TAILDROP", 10) > 0) {
		KSR.xlog.xnotice("refused: " + code + " " + reason + ", to "
				+ KSR.pv.get("$si") + "\n");
	}
	KSR.sl.sl_send_reply(code, reason);
}

// Removes what a client, or an IWF, may not say of itself.
function listed_fields() {
	var source = KSR.pv.get("$iwf(source)");
	if (source === "client") {
		if (KSR.textops.remove_hf_exp(".", list("CLIENT_STAYS")) > 0) {
			count("cut_requests");
		}
	} else if (source === "iwf") {
		KSR.textops.remove_hf_re(list("MC_OTHER_IDENTITIES"));
	}
}

// From becomes the proven sender: a user, or an IWF. A core has asserted the
// sender; if that is an IWF, From stays.
function name_sender() {
	var source = KSR.pv.get("$iwf(source)");
	var impu = KSR.pv.get("$iwf(impu)");
	if (source === "iwf") {
		name_iwf();
	} else if (KSR.pv.get("$iwf(direction)") === "to_iwf"
			&& (source === "client" || KSR.pv.get("$fu") !== impu)) {
		KSR.uac.uac_replace_from("", impu);
	}
}

// The IWF as it was asserted and checked; anything beside or in its URI is
// removed.
function name_iwf() {
	var iwf = KSR.pv.get("$iwf(psi)");
	if (/^sips?:/i.test(KSR.pv.gete("$ai"))) {
		iwf = "sip:" + KSR.pv.get("$(ai{uri.user})") + "@"
				+ KSR.pv.get("$(ai{uri.host})");
	}
	KSR.textops.remove_hf("P-Asserted-Identity");
	KSR.hdr.append("P-Asserted-Identity: <" + iwf + ">\r\n");
	KSR.uac.uac_replace_from("", iwf);
}

// A peer is picked by its set; a client's contacts are set already.
function next_hop() {
	var peers = { "1": "IWF1_URI", "2": "IWF2_URI", "3": "PARTNER_URI" };
	var peer = peers[KSR.pv.get("$iwf(peer_set)")];
	if (peer) {
		KSR.pv.sets("$du", KSR.pv.get("$def(" + peer + ")"));
	}
}

// The receiver accepts or refuses, and says nothing of itself or others.
function ksr_answer() {
	no_own_challenge();
	if (KSR.permissions.allow_address(MC_CORE, KSR.pv.get("$si"),
			KSR.pv.get("$sp")) > 0) {
		KSR.textops.remove_hf_exp(list("MC_FOREIGN_FIELDS"), list("MC_PEERS_SAY"));
	} else if (KSR.textops.remove_hf_exp(".", list("REPLY_STAYS")) > 0) {
		count("cut_replies");
	}
	KSR.textops.remove_hf("Contact");
	if (KSR.textops.has_body() > 0) {
		KSR.textopsx.remove_body();
		KSR.textops.remove_hf("Content-Type");
	}
	return 1;
}

// What may not be in a head makes a reply none.
function ksr_reply_route() {
	if (!few_fields() || !clean_head()) {
		KSR.x.drop();
		return 0;
	}
	return 1;
}

// The core would forward replies that no transaction waits for, to the place in
// their Via.
function ksr_no_transaction() {
	KSR.x.drop();
	return 0;
}

// The far end may ask for a password of its own realm. If it asks for that of
// ours, the answer would open this node to it. (Quotes are escaped here; a
// backslash or a NUL could hide a realm from us. The same rule as in
// mc-fields.cfg.)
function no_own_challenge() {
	var code = KSR.pv.get("$rs");
	var www = KSR.pv.gete("$(hdr(WWW-Authenticate)[*]{s.escape.common})");
	var proxy = KSR.pv.gete("$(hdr(Proxy-Authenticate)[*]{s.escape.common})");
	var all = www + "," + proxy;
	var ours = new RegExp("realm[ \t\r\n]*=[ \t\r\n]*(\\\\\")?[ \t\r\n]*" + DOMAIN
			+ "[ \t\r\n]*(\\\\\"|[, \t\r\n]|$)", "i");
	var asked = code === 401 || code === 407;
	if (asked && !unreadable("WWW-Authenticate", www, code === 401)
			&& !unreadable("Proxy-Authenticate", proxy, code === 407)
			&& !/\\[\\0]/.test(all) && !ours.test(all)) {
		return;
	}
	KSR.textops.remove_hf("WWW-Authenticate");
	KSR.textops.remove_hf("Proxy-Authenticate");
	if (asked) {
		count("far_challenges");
		KSR.textopsx.change_reply_status(502, "Bad Gateway");
	}
}

// True if the field is there, or needed, and cannot be read.
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
