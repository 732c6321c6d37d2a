// SPDX-License-Identifier: GPL-2.0-or-later
// The routes of small.cfg through KEMI.

function ksr_request_route() {
	if (KSR.is_OPTIONS()) {
		KSR.sl.sl_send_reply(200, "OK");
	} else if (KSR.is_REGISTER()) {
		KSR.registrar.save("location", 0);
	} else if (KSR.mc_iwf.iwf_is_message() < 0) {
		KSR.sl.sl_send_reply(404, "Not Found");
	} else {
		short_message();
	}
}

function short_message() {
	if (KSR.tmx.t_precheck_trans() > 0) {
		KSR.tm.t_check_trans();
		return;
	}
	KSR.tm.t_newtran();
	if (KSR.mc_iwf.iwf_check() < 0 || KSR.mc_iwf.iwf_authorize() < 0
			|| next_hop() < 0 || KSR.mc_iwf.iwf_rewrite() < 0) {
		KSR.mc_iwf.iwf_reply();
		return;
	}
	KSR.tm.t_relay();
}

// Towards a peer by its set, towards a client by its registration.
function next_hop() {
	var peers = { "1": "IWF1_URI", "2": "IWF2_URI", "3": "PARTNER_URI" };
	var set = KSR.pv.get("$iwf(peer_set)");
	if (set === null) {
		return KSR.mc_iwf.iwf_targets();
	}
	KSR.pv.sets("$du", KSR.pv.get("$def(" + peers[set] + ")"));
	return 1;
}

function ksr_iwf_event(name) {
	KSR.notice("EVENT " + name + "\n");
	return 1;
}
