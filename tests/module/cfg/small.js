// SPDX-License-Identifier: GPL-2.0-or-later
// The routes of small.cfg through KEMI.

function ksr_request_route() {
	if (KSR.is_OPTIONS()) {
		KSR.sl.sl_send_reply(200, "OK");
	} else if (KSR.is_REGISTER()) {
		KSR.mc_iwf.iwf_contact();
		KSR.registrar.save("location", 0);
	} else if (KSR.mc_iwf.iwf_is_message() < 0) {
		KSR.sl.sl_send_reply(404, "Not Found");
	} else {
		short_message();
	}
}

function short_message() {
	if (KSR.tm.t_check_trans() > 0) {
		return;
	}
	KSR.tm.t_newtran();
	if (KSR.mc_iwf.iwf_check() < 0 || KSR.mc_iwf.iwf_authorize() < 0
			|| KSR.mc_iwf.iwf_targets() < 0
			|| KSR.mc_iwf.iwf_rewrite() < 0) {
		KSR.mc_iwf.iwf_reply();
		return;
	}
	next_hop();
	KSR.tm.t_relay();
}

// A peer is picked by its set; a client's contacts are set already.
function next_hop() {
	var peers = { "1": "IWF1_URI", "2": "IWF2_URI", "3": "PARTNER_URI" };
	var peer = peers[KSR.pv.get("$iwf(peer_set)")];
	if (peer) {
		KSR.pv.sets("$du", KSR.pv.get("$def(" + peer + ")"));
	}
}

function ksr_iwf_event(name) {
	KSR.notice("EVENT " + name.replace("mc_iwf:", "")
			+ " " + KSR.pv.get("$iwf(status)")
			+ " " + KSR.pv.get("$iwf(verdict)") + "\n");
	return 1;
}
