-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- mclmr.lua: IWF short messages, MCData SDS messages and MIKEY-SAKKE messages
-- with key records, for Wireshark and tshark 4.0 and later: docs/wireshark.md.
--
-- It shows types, identities, times and sizes. No field lies on the octets of a
-- payload, a sealed record, a random number or a signature: whatever is printed
-- of a field, by its text or its octets, is no content and no key.

local MAX_ELEMENTS = 64 -- of one message that are shown

-- ----- reading: nothing is read beyond the end -----

-- A place in some octets: take() gives the next n as a range, or nil, after
-- which there are none left.
local function reader(tvb)
	local self = {at = 0}

	function self.left()
		return tvb:len() - self.at
	end

	function self.take(n)
		if n > self.left() or n < 1 then
			self.at = tvb:len()
			return nil
		end
		self.at = self.at + n
		return tvb(self.at - n, n)
	end

	function self.skip(n)
		if n > self.left() then
			self.at = tvb:len()
			return false
		end
		self.at = self.at + n
		return true
	end

	function self.next_octet()
		return self.left() > 0 and tvb(self.at, 1):uint() or nil
	end

	-- Octets after their length in size octets: range of the length, length,
	-- range of the octets (nil if there are none, false if they are cut off).
	function self.take_string(size)
		local length = self.take(size)
		if not length then
			return nil
		end
		local n = length:uint()
		if n == 0 then
			return length, 0, nil
		end
		return length, n, self.take(n) or false
	end

	-- The same without the octets: true, or false if they are cut off.
	function self.skip_string(size)
		local length = self.take(size)
		if not length then
			return nil
		end
		return length, length:uint(), self.skip(length:uint())
	end

	return self
end

-- The octets of a body part: those of base64 if it is nothing else. (A part
-- comes here as it was sent.)
local function decoded(tvb)
	local text = tvb:raw()
	if not text:find("^[%w+/%s]+=?=?%s*$") then
		return tvb
	end
	text = text:gsub("%s", "")
	if #text % 4 ~= 0 then
		return tvb
	end
	local bytes = ByteArray.new(text, true):base64_decode()
	return bytes:len() > 0 and bytes:tvb("Decoded base64") or tvb
end

local function malformed(tree, expert, why)
	tree:add_proto_expert_info(expert, why)
end

-- ----- application/vnd.3gpp.interworking-data -----

local iwsd = Proto("iwsd", "IWF short message (provisional coding)")

local iwsd_field = {
	profile = ProtoField.string("iwsd.profile", "Coding table"),
	type = ProtoField.uint8("iwsd.type", "Message type", base.HEX),
	lmr = ProtoField.uint8("iwsd.lmr_type", "LMR type"),
	mc_id = ProtoField.string("iwsd.mc_id", "MC service ID"),
	kmf = ProtoField.string("iwsd.kmf", "KMF"),
	payload = ProtoField.uint32("iwsd.payload_size", "Payload, octets"),
	element = ProtoField.uint8("iwsd.element", "Other element", base.HEX),
	size = ProtoField.uint32("iwsd.element_size", "Octets"),
}
iwsd.fields = {iwsd_field.profile, iwsd_field.type, iwsd_field.lmr,
	iwsd_field.mc_id, iwsd_field.kmf, iwsd_field.payload,
	iwsd_field.element, iwsd_field.size}

local iwsd_wrong = ProtoExpert.new("iwsd.malformed",
	"Does not decode by the coding table", expert.group.MALFORMED,
	expert.severity.WARN)
iwsd.experts = {iwsd_wrong}

iwsd.prefs.table = Pref.string("Coding table", "",
	"A file as of mc_iwf's parameter message_table; empty: provisional-1")

-- The numbers of provisional-1, as docs/formats.md prints them.
local function default_table()
	return {profile = "provisional-1", request = 0x20, response = 0x21,
		type_mask = 0xff, payload_iei = 0x78, ["lmr.none"] = 0,
		["lmr.tetra"] = 1, ["lmr.p25"] = 2, ["lmr.tetrapol"] = 3,
		["lmr.dmr"] = 4, ["lmr.nxdn"] = 5, ["lmr.analog"] = 6}
end

local coding = default_table()

-- Lines "name = number" in place of numbers of a table; what is wrong, or nil.
local function read_table(path, numbers)
	local file = io.open(path, "r")
	if not file then
		return "cannot be read"
	end
	local text = file:read(65536) or ""
	file:close()
	for line in text:gmatch("[^\n]+") do
		line = line:gsub("#.*", ""):gsub("^%s+", ""):gsub("%s+$", "")
		local name, value = line:match("^([%w._]+)%s*=%s*(%S+)$")
		if name == "profile" then
			numbers.profile = value
		elseif name and numbers[name] and tonumber(value) then
			numbers[name] = tonumber(value)
		elseif line ~= "" then
			return "does not have this line: " .. line
		end
	end
	return nil
end

function iwsd.prefs_changed()
	local numbers = default_table()
	local wrong = iwsd.prefs.table ~= ""
		and read_table(iwsd.prefs.table, numbers)
	if wrong then
		numbers = default_table()
		numbers.profile = numbers.profile .. ": " .. iwsd.prefs.table .. " "
			.. wrong
	end
	coding = numbers
end

-- The bits of a number that are in a mask too. (Lua 5.2 has no operator.)
local function masked(number, mask)
	local result, bit = 0, 1
	while bit <= 0x80 do
		if number % (2 * bit) >= bit and mask % (2 * bit) >= bit then
			result = result + bit
		end
		bit = 2 * bit
	end
	return result
end

local function lmr_word(code)
	for name, number in pairs(coding) do
		if number == code and name:find("^lmr%.") then
			return name:sub(5)
		end
	end
	return nil
end

-- An identity after its length; false: cut off or empty.
local function add_identity(tree, octets, field)
	local _, _, value = octets.take_string(2)
	if not value then
		return false
	end
	tree:add(field, value)
	return true
end

-- One element after the identities: what is wrong, or nil; true for a payload.
local function add_element(tree, octets)
	local head = octets.take(1)
	local iei = head:uint()
	if iei > 0x7f then
		tree:add(iwsd_field.element, head)
		return nil, false
	end
	local length, n, whole = octets.skip_string(2)
	if not whole then
		return "an element is cut off", false
	end
	if iei == coding.payload_iei then
		tree:add(iwsd_field.payload, length)
		return nil, true, n
	end
	tree:add(iwsd_field.element, head):add(iwsd_field.size, length)
	return nil, false
end

-- All of them; what is wrong, or nil, and the size of the payload, if any.
local function add_elements(tree, octets)
	local size
	for _ = 1, MAX_ELEMENTS do
		if octets.left() == 0 then
			return nil, size
		end
		local wrong, is_payload, n = add_element(tree, octets)
		if wrong then
			return wrong, size
		end
		if is_payload and size then
			return "there is a second payload", size
		end
		size = is_payload and n or size
	end
	return octets.left() > 0 and "more elements are not shown" or nil, size
end

-- Message type and LMR type: what is wrong, or nil, and both as words.
local function add_types(tree, octets)
	local head = octets.take(1)
	if not head then
		return "there is nothing"
	end
	local kind = masked(head:uint(), coding.type_mask)
	local word = kind == coding.request and "request"
		or kind == coding.response and "response"
	tree:add(iwsd_field.type, head):append_text(
		" (" .. (word or "unknown") .. ")")
	if not word then
		return "the message type is unknown"
	end
	if word == "response" then
		return nil, word
	end
	local lmr = octets.take(1)
	if not lmr then
		return "the LMR type is cut off", word
	end
	local name = lmr_word(lmr:uint())
	tree:add(iwsd_field.lmr, lmr):append_text(" (" .. (name or "unknown") .. ")")
	return not name and "the LMR type is unknown" or nil, word, name
end

function iwsd.dissector(tvb, pinfo, root)
	tvb = decoded(tvb)
	local octets = reader(tvb)
	local tree = root:add(iwsd, tvb())
	tree:add(iwsd_field.profile, coding.profile):set_generated()
	local wrong, word, lmr = add_types(tree, octets)
	if not wrong and not (add_identity(tree, octets, iwsd_field.mc_id)
			and add_identity(tree, octets, iwsd_field.kmf)) then
		wrong = "an identity is empty or cut off"
	end
	local size
	if not wrong then
		wrong, size = add_elements(tree, octets)
	end
	local said = table.concat({word or "not decoded", lmr or "",
		size and size .. " octets" or ""}, " ")
	tree:append_text(": " .. said)
	pinfo.cols.info:append(" | IWF " .. said)
	if wrong then
		malformed(tree, iwsd_wrong, wrong)
	end
end

-- ----- application/vnd.3gpp.mcdata-signalling, -payload -----
-- Of TS 24.282 clause 15 what several independent decoders agree on.

local sds = Proto("mcsds", "MCData message (TS 24.282 clause 15, second-hand)")

local message_words = {
	[0x01] = "SDS SIGNALLING PAYLOAD", [0x02] = "FD SIGNALLING PAYLOAD",
	[0x03] = "DATA PAYLOAD", [0x05] = "SDS NOTIFICATION",
	[0x06] = "FD NOTIFICATION", [0x07] = "SDS OFF-NETWORK MESSAGE",
	[0x08] = "SDS OFF-NETWORK NOTIFICATION",
	[0x09] = "FD NETWORK NOTIFICATION", [0x0A] = "COMMUNICATION RELEASE",
	[0x0B] = "DEFERRED LIST ACCESS REQUEST",
	[0x0C] = "DEFERRED LIST ACCESS RESPONSE", [0x0D] = "FD HTTP TERMINATION",
	[0x11] = "GROUP EMERGENCY ALERT", [0x12] = "GROUP EMERGENCY ALERT ACK",
	[0x13] = "GROUP EMERGENCY ALERT CANCEL",
	[0x14] = "GROUP EMERGENCY ALERT CANCEL ACK",
}
local content_words = {
	[0x01] = "TEXT", [0x02] = "BINARY", [0x03] = "HYPERLINKS",
	[0x04] = "FILEURL", [0x05] = "LOCATION", [0x06] = "ENHANCED STATUS",
	[0x07] = "interworking (TS 29.582)", [0x08] = "LOCATION ALTITUDE",
	[0x09] = "LOCATION TIMESTAMP", [0x0A] = "CODED TEXT",
}
local element_words = {
	[0x21] = "InReplyTo message ID", [0x22] = "Application ID",
	[0x51] = "Sender MCData user ID", [0x52] = "Deferred FD signalling payload",
	[0x53] = "Application metadata container", [0x78] = "Payload",
	[0x79] = "Metadata", [0x7A] = "Security parameters and Payload",
	[0x7B] = "MCData group ID", [0x7C] = "Recipient MCData user ID",
	[0x7D] = "Extended application ID", [0x7E] = "User location",
	[0x7F] = "Organization name",
	[0x80] = "SDS disposition request type",
	[0x90] = "FD disposition request type",
	[0xA0] = "Mandatory download", [0xB0] = "Data query type",
	[0xC0] = "Extension response type", [0xD0] = "Release response type",
}
local disposition_words = {[1] = "DELIVERY", [2] = "READ",
	[3] = "DELIVERY AND READ"}
local is_identity = {[0x51] = true, [0x7B] = true, [0x7C] = true}
local fixed_size = {[0x21] = 16, [0x22] = 1} -- after the IEI
local HALF_OCTET, PAYLOAD, REPLY_TO, DISPOSITION = 0x80, 0x78, 0x21, 0x80

local sds_field = {
	flags = ProtoField.uint8("mcsds.flags", "Protected, authenticated",
		base.HEX, nil, 0xc0),
	type = ProtoField.uint8("mcsds.type", "Message type", base.HEX,
		message_words, 0x3f),
	time = ProtoField.absolute_time("mcsds.time", "Date and time", base.UTC),
	conversation = ProtoField.bytes("mcsds.conversation_id", "Conversation ID"),
	message = ProtoField.bytes("mcsds.message_id", "Message ID"),
	reply_to = ProtoField.bytes("mcsds.in_reply_to", "In reply to"),
	notification = ProtoField.uint8("mcsds.notification_type",
		"Notification type"),
	disposition = ProtoField.uint8("mcsds.disposition", "Disposition request",
		base.DEC, disposition_words, 0x0f),
	payloads = ProtoField.uint8("mcsds.payloads", "Number of payloads"),
	content = ProtoField.uint8("mcsds.content_type", "Payload content type",
		base.HEX, content_words),
	size = ProtoField.uint32("mcsds.payload_size", "Payload, octets"),
	identity = ProtoField.string("mcsds.identity", "Identity"),
	element = ProtoField.uint8("mcsds.element", "Element", base.HEX),
	element_size = ProtoField.uint32("mcsds.element_size", "Octets"),
	rest = ProtoField.uint32("mcsds.not_shown", "Octets not shown"),
}
do
	local list = {}
	for _, field in pairs(sds_field) do
		list[#list + 1] = field
	end
	sds.fields = list
end

local sds_wrong = ProtoExpert.new("mcsds.malformed", "Does not decode",
	expert.group.MALFORMED, expert.severity.WARN)
sds.experts = {sds_wrong}

-- Time in 5 octets, conversation and message ID in 16 each; false: cut off.
local function add_heading(tree, octets)
	local time, conversation, message =
		octets.take(5), octets.take(16), octets.take(16)
	if not message then
		return false
	end
	local high, low = time(0, 1):uint(), time(1, 4):uint()
	tree:add(sds_field.time, time, NSTime.new(high * 2 ^ 32 + low, 0))
	tree:add(sds_field.conversation, conversation)
	tree:add(sds_field.message, message)
	return true
end

-- A payload: its length, content type and the size of the rest; false: cut off.
local function add_payload(tree, octets)
	local length = octets.take(2)
	if not length or length:uint() == 0 then
		return false
	end
	local content = octets.take(1)
	local size = length:uint() - 1
	if not content or not octets.skip(size) then
		return false
	end
	tree:add(sds_field.content, content)
	tree:add(sds_field.size, length, size)
	return true
end

local function add_half_octet(tree, head)
	local iei = head:uint() - head:uint() % 16
	if iei == DISPOSITION then
		tree:add(sds_field.disposition, head)
	else
		tree:add(sds_field.element, head):append_text(
			" (" .. (element_words[iei] or "unknown") .. ")")
	end
	return true
end

-- An element with its length in two octets; false: cut off.
local function add_long(tree, octets, head)
	local iei = head:uint()
	if iei == PAYLOAD then
		return add_payload(tree, octets)
	end
	if is_identity[iei] then
		local _, _, value = octets.take_string(2)
		if value then
			tree:add(sds_field.identity, value):append_text(
				" (" .. element_words[iei] .. ")")
		end
		return value ~= nil and value ~= false
	end
	local length, _, whole = octets.skip_string(2)
	if not whole then
		return false
	end
	local item = tree:add(sds_field.element, head)
	item:append_text(" (" .. (element_words[iei] or "unknown") .. ")")
	item:add(sds_field.element_size, length)
	return true
end

local function add_sds_element(tree, octets)
	local head = octets.take(1)
	local iei = head:uint()
	if iei >= HALF_OCTET then
		return add_half_octet(tree, head)
	end
	if not fixed_size[iei] then
		return add_long(tree, octets, head)
	end
	local value = octets.take(fixed_size[iei])
	if not value then
		return false
	end
	if iei == REPLY_TO then
		tree:add(sds_field.reply_to, value)
	else
		tree:add(sds_field.element, head):append_text(
			" (" .. element_words[iei] .. ")")
	end
	return true
end

-- Elements to the end; what is wrong, or nil.
local function add_sds_elements(tree, octets)
	for _ = 1, MAX_ELEMENTS do
		if octets.left() == 0 then
			return nil
		end
		if not add_sds_element(tree, octets) then
			return "an element is cut off"
		end
	end
	return octets.left() > 0 and "more elements are not shown" or nil
end

-- What comes between the type and the elements, by type; false: cut off.
local headings = {
	[0x01] = add_heading,
	[0x03] = function(tree, octets)
		local payloads = octets.take(1)
		return payloads and tree:add(sds_field.payloads, payloads)
	end,
	[0x05] = function(tree, octets)
		local kind = octets.take(1)
		return kind and tree:add(sds_field.notification, kind)
			and add_heading(tree, octets)
	end,
}

function sds.dissector(tvb, pinfo, root)
	tvb = decoded(tvb)
	local octets = reader(tvb)
	local tree = root:add(sds, tvb())
	local head = octets.take(1)
	if not head then
		malformed(tree, sds_wrong, "there is nothing")
		return
	end
	local kind, flags = head:uint() % 64, head:uint() >= 64
	local word = message_words[kind] or "unknown"
	tree:add(sds_field.flags, head)
	tree:add(sds_field.type, head)
	tree:append_text(": " .. word)
	pinfo.cols.info:append(" | MCData " .. word)
	-- The octets after a protected message's type, and those of other messages.
	if flags or not headings[kind] then
		tree:add(sds_field.rest, head, octets.left()):set_generated()
		return
	end
	local wrong
	if not headings[kind](tree, octets) then
		wrong = "it is cut off"
	else
		wrong = add_sds_elements(tree, octets)
	end
	if wrong then
		malformed(tree, sds_wrong, wrong)
	end
end

-- ----- MIKEY-SAKKE, with the key record of docs/formats.md -----

local mikey = Proto("lmrmikey", "MIKEY-SAKKE message")

local SAKKE_MESSAGE, LAST, SIGN, T, SP, RAND, IDR, EXTENSION, SAKKE =
	26, 0, 4, 5, 10, 11, 14, 21, 26
local SAKKE_DATA = 2 -- octets before the length of a SAKKE payload's data
local KEY_RECORD, MAGIC, TAG = 240, "LMRK", 16
local NTP_EPOCH = 2208988800

local payload_words = {[SIGN] = "SIGN", [T] = "T", [SP] = "SP",
	[RAND] = "RAND", [IDR] = "IDR", [EXTENSION] = "Extension",
	[SAKKE] = "SAKKE"}
local purpose_words = {[0] = "GMK", [1] = "PCK", [2] = "CSK", [3] = "SPK",
	[4] = "MKFC", [5] = "MSCCK", [6] = "MuSiK", [15] = "key record (ours)"}
local role_words = {[1] = "initiator", [2] = "responder",
	[6] = "KMS of the initiator", [7] = "KMS of the responder",
	[8] = "initiator, hidden", [9] = "responder, hidden"}
local extension_words = {[6] = "SAKKE-to-self", [7] = "key parameters",
	[KEY_RECORD] = "key record (provisional)"}
local record_lmr_words = {[1] = "tetra", [2] = "p25", [3] = "tetrapol",
	[4] = "dmr", [5] = "nxdn", [6] = "analog"}

local mikey_field = {
	version = ProtoField.uint8("lmrmikey.version", "Version"),
	csb = ProtoField.uint32("lmrmikey.csb_id", "CSB ID", base.HEX),
	purpose = ProtoField.uint32("lmrmikey.purpose", "Purpose", base.DEC,
		purpose_words, 0xf0000000),
	sessions = ProtoField.uint8("lmrmikey.sessions", "Crypto sessions"),
	time = ProtoField.absolute_time("lmrmikey.time", "Time", base.UTC),
	role = ProtoField.uint8("lmrmikey.role", "Identity of", base.DEC,
		role_words),
	identity = ProtoField.string("lmrmikey.identity", "Identity"),
	uid = ProtoField.bytes("lmrmikey.uid", "UID"),
	payload = ProtoField.uint8("lmrmikey.payload", "Payload", base.DEC,
		payload_words),
	size = ProtoField.uint32("lmrmikey.size", "Octets"),
	extension = ProtoField.uint8("lmrmikey.extension", "Extension",
		base.DEC, extension_words),
	record_version = ProtoField.uint8("lmrmikey.record.version",
		"Version of the record"),
	record_lmr = ProtoField.uint8("lmrmikey.record.lmr_type", "LMR type",
		base.DEC, record_lmr_words),
	record_kmf = ProtoField.string("lmrmikey.record.kmf", "KMF"),
	sealed = ProtoField.uint32("lmrmikey.record.sealed_size",
		"Sealed record, octets"),
}
do
	local list = {}
	for _, field in pairs(mikey_field) do
		list[#list + 1] = field
	end
	mikey.fields = list
end

local mikey_wrong = ProtoExpert.new("lmrmikey.malformed", "Does not decode",
	expert.group.MALFORMED, expert.severity.WARN)
mikey.experts = {mikey_wrong}

-- "LMRK", version, LMR type, KMF, sealed record with its tag; all of it is the
-- data of an extension. What is wrong, or nil.
local function add_record(tree, data, length)
	local octets = reader(data)
	local magic = octets.take(4)
	if not magic or magic:raw() ~= MAGIC then
		return "the key record does not begin with LMRK"
	end
	local version, lmr = octets.take(1), octets.take(1)
	if not lmr then
		return "the key record is cut off"
	end
	tree:add(mikey_field.record_version, version)
	if version:uint() ~= 1 then
		return "the version of the key record is unknown"
	end
	tree:add(mikey_field.record_lmr, lmr)
	local _, _, kmf = octets.take_string(2)
	if not kmf then
		return "the key record has no KMF"
	end
	tree:add(mikey_field.record_kmf, kmf)
	if octets.left() <= TAG then
		return "the key record is cut off"
	end
	tree:add(mikey_field.sealed, length, octets.left() - TAG):set_generated()
	return nil
end

local function add_extension(tree, octets)
	local kind = octets.take(1)
	local length, _, data = octets.take_string(2)
	if not kind or not length or data == false then
		return "an extension is cut off"
	end
	tree:add(mikey_field.extension, kind)
	tree:add(mikey_field.size, length)
	if kind:uint() == KEY_RECORD and data then
		return add_record(tree, data:tvb(), length)
	end
	return nil
end

local function add_identity_payload(tree, octets)
	local role, kind = octets.take(1), octets.take(1)
	local _, _, value = octets.take_string(2)
	if not kind or not value then
		return "an identity is empty or cut off"
	end
	tree:add(mikey_field.role, role)
	if role:uint() == 8 or role:uint() == 9 then
		tree:add(mikey_field.uid, value)
	else
		tree:add(mikey_field.identity, value)
	end
	return nil
end

local function add_time(tree, octets)
	local kind, seconds = octets.take(1), octets.take(4)
	if not seconds or not octets.skip(4) then
		return "the time is cut off"
	end
	if kind:uint() == 0 then
		tree:add(mikey_field.time, seconds,
			NSTime.new(seconds:uint() - NTP_EPOCH, 0))
	end
	return nil
end

-- A payload of which only the size is shown: octets before the length, octets
-- of the length.
local function sized(before, of_length)
	return function(tree, octets)
		local length, _, whole
		if before == 0 or octets.skip(before) then
			length, _, whole = octets.skip_string(of_length)
		end
		if not whole then
			return "a payload is cut off"
		end
		tree:add(mikey_field.size, length)
		return nil
	end
end

local payload_readers = {
	[T] = add_time,
	[SP] = sized(2, 2),
	[RAND] = sized(0, 1),
	[IDR] = add_identity_payload,
	[EXTENSION] = add_extension,
	[SAKKE] = sized(SAKKE_DATA, 2),
}

-- The signature ends the message; its length is in 12 bits.
local function add_signature(tree, octets)
	local head = octets.take(2)
	local size = head and head:uint() % 4096
	if not head or not octets.skip(size) then
		return "the signature is cut off"
	end
	tree:add(mikey_field.size, head, size):set_generated()
	return octets.left() > 0 and "there are octets after the signature" or nil
end

-- The payload of a type that the one before has told: what is wrong, or nil,
-- and the type of the next.
local function add_mikey_payload(tree, octets, kind)
	local range = kind ~= SIGN and octets.take(1)
	if kind ~= SIGN and not range then
		return "it is cut off"
	end
	local add = kind == SIGN and add_signature or payload_readers[kind]
	if not add then
		return "the type of a payload is unknown"
	end
	local item = tree:add(mikey_field.payload, kind):set_generated()
	return add(item, octets), range and range:uint() or LAST
end

-- The header: what is wrong, or nil, and the type of the first payload.
local function add_header(tree, octets)
	local version, kind, next_kind, prf = octets.take(1), octets.take(1),
		octets.take(1), octets.take(1)
	local csb, sessions, map = octets.take(4), octets.take(1), octets.take(1)
	if not map then
		return "the header is cut off"
	end
	tree:add(mikey_field.version, version)
	tree:add(mikey_field.purpose, csb)
	tree:add(mikey_field.csb, csb)
	tree:add(mikey_field.sessions, sessions)
	-- Type 2 is GENERIC-ID, type 1 empty, type 0 SRTP-ID.
	for _ = 1, sessions:uint() do
		if map:uint() == 0 then
			if not octets.skip(9) then
				return "the session map is cut off"
			end
		else
			local flags = octets.skip(2) and octets.take(1)
			if not flags or not octets.skip(flags:uint() % 128)
					or not select(3, octets.skip_string(2))
					or not select(3, octets.skip_string(1)) then
				return "the session map is cut off"
			end
		end
	end
	return nil, next_kind:uint()
end

local function dissect_sakke(tvb, pinfo, root)
	local octets = reader(tvb)
	local tree = root:add(mikey, tvb())
	local wrong, kind = add_header(tree, octets)
	for _ = 1, MAX_ELEMENTS do
		if wrong or kind == LAST then
			break
		end
		wrong, kind = add_mikey_payload(tree, octets, kind)
	end
	pinfo.cols.info:append(" | MIKEY-SAKKE")
	if wrong or kind ~= LAST then
		malformed(tree, mikey_wrong, wrong or "more payloads are not shown")
	end
end

-- Wireshark's own dissector has all other kinds of MIKEY messages.
local other_mikey = Dissector.get("mikey")

function mikey.dissector(tvb, pinfo, root)
	tvb = decoded(tvb)
	if tvb:len() > 1 and tvb(0, 1):uint() == 1
			and tvb(1, 1):uint() == SAKKE_MESSAGE then
		dissect_sakke(tvb, pinfo, root)
	else
		-- It tells itself what is malformed.
		pcall(other_mikey.call, other_mikey, tvb, pinfo, root)
	end
end

-- Wireshark 4.0 looks at a=key-mgmt of a whole description only: those of its
-- sections are taken from the fields that it has made of them.
local in_sections = Proto("lmrsections", "MIKEY in sections of a description")
local attribute = Field.new("sdp.media_attribute.value")

function in_sections.dissector(_, pinfo, root)
	for _, info in ipairs({attribute()}) do
		local text = tostring(info.value):match("^mikey ([%w+/]+=*)%s*$")
		if text and #text % 4 == 0 then
			local bytes = ByteArray.new(text, true):base64_decode()
			if bytes:len() > 0 then
				mikey.dissector(bytes:tvb("Decoded base64"), pinfo, root)
			end
		end
	end
end
register_postdissector(in_sections)

local media_types = DissectorTable.get("media_type")
media_types:add("application/vnd.3gpp.interworking-data", iwsd)
media_types:add("application/vnd.3gpp.mcdata-signalling", sds)
media_types:add("application/vnd.3gpp.mcdata-payload", sds)
media_types:add("application/mikey", mikey)
DissectorTable.get("key_mgmt"):add("mikey", mikey)
