# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages of docs are true: their texts run, their names are those of the
code, their links lead somewhere.

Both ways: what the code has stands in the page, and what the page names is in
the code. What the recipes are is in test_recipes.py.
"""
import re
import shutil
import subprocess

import pytest

import documents
import mc
import node
import sample
import sip
import small_server

MODULES = node.TOP / "modules"
EVERY_MODULE = ["tm", "sl", "pv", "db_sqlite", "usrloc", "tls", "mc_iwf"]
SCHEMAS = sorted((node.TOP / "cfg").glob("db_*/mc_iwf-create.sql"))
BUILT = ["modules/mclmr/mclmr", "modules/mclmr/libmclmr.a",
         "modules/mc_common/libmc_common.a",
         "modules/mc_iwf/mc_iwf.so"]
RECIPES = node.TOP / "cfg" / "recipe"
REFERENCE, DATABASE = documents.REFERENCE, documents.DATABASE
TOKENS = node.TOP / "docs" / "tokens.md"


def source(name):
    """The text of a file of the modules."""
    return (MODULES / name).read_text()


def table_of(name, array):
    """The text of an array's initialiser in a source file."""
    found = re.search(rf"\b{array}\[[^\]]*\] = \{{(.*?)\}};$", source(name),
                      re.M | re.S)
    assert found, array
    return found.group(1)


def code_parameters():
    """Parameter names and whether they are numbers."""
    rows = re.findall(r'\{"(\w+)", (PARAM_\w+)',
                      table_of("mc_iwf/mc_iwf_mod.c", "params"))
    return {name: kind for name, kind in rows}


def code_functions():
    """Script functions, and how many parameters they take."""
    return {(name, int(n)) for name, n in re.findall(
        r'\{"(\w+)", (?:\(cmd_function\))?w_\w+, (\d)',
        table_of("mc_iwf/mc_iwf_mod.c", "commands"))}


def code_verdicts():
    """Verdict: status, warning, retry-after and reason, as texts."""
    text = table_of("mclmr/base/status.c", "defaults").replace(
        "DENIED", '"function not allowed due to "')
    rows = re.findall(
        r'\{"(\w+)",\s*\{(\d+), (\d+), (\d+),\s*((?:"[^"]*"\s*)+)\}\}', text)
    assert len(rows) == text.count("[MCLMR_")
    return {word: [*("" if n == "0" else n for n in numbers),
                   "".join(re.findall(r'"([^"]*)"', reason))]
            for word, *numbers, reason in rows}


def code_tables(path):
    """Tables of a schema and their columns."""
    return {name: re.findall(r"^    ([a-z]\w*) ", columns, re.M)
            for name, columns in re.findall(
                r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)^\)",
                path.read_text(), re.M | re.S)}


def code_default(name):
    """A parameter's default as the page writes it; None if unset."""
    text = source("mc_iwf/mc_iwf_mod.c")
    word = re.search(rf'\{{str_init\("(\w*)"\), "{name}"', text)
    field = re.search(
        rf'\.{name} = (?:str_init\()?("[^"]*"|[^\s,)]+)', text)
    macro = field and re.search(
        rf'^#define {re.escape(field.group(1))} (".*")$',
        source("mc_iwf/config.h"), re.M)
    if word:
        return word.group(1)
    if field and field.group(1) == "STR_NULL":
        return "empty"
    return (macro or field).group(1).strip('"') if field else None


def code_words(name):
    """The words that a parameter takes; empty for other parameters."""
    found = re.search(rf'"{name}",\s*"((?:\w+\|)+)"',
                      source("mc_iwf/mc_iwf_mod.c"))
    return found.group(1).split("|")[:-1] if found else []


# Names

def test_parameters():
    """Each parameter has a row, with its default and its words."""
    listed = documents.all_rows("Parameter", REFERENCE)
    rows = {documents.names(row[0])[0]: row for row in listed}
    assert len(listed) == len(rows)
    assert rows.keys() == code_parameters().keys()
    for name, kind in code_parameters().items():
        _, written_type, default, allowed, _ = rows[name]
        assert (written_type == "int") == (kind == "PARAM_INT"), name
        assert documents.names(allowed) == code_words(name) or \
            not code_words(name), name
        if code_default(name) and name != "private_headers":
            assert default.strip("`") == code_default(name), name


def test_private_headers():
    """The fields that leave only towards trusted hops."""
    text = re.search(r"\.private_headers = str_init\((.*?)\),\n",
                     source("mc_iwf/mc_iwf_mod.c"), re.S).group(1)
    fields = "".join(re.findall(r'"([^"]*)"', text)).split(",")
    said = re.search(r"^Default of `private_headers`:(.*?)\.\n",
                     documents.prose(REFERENCE), re.M | re.S).group(1)
    assert documents.names(said) == fields


def test_functions():
    """Each function has a row and a KEMI name."""
    written = [re.fullmatch(r"(\w+)\((.*)\)", text).groups()
               for text in documents.first_names(
                   "## Functions", "Function", REFERENCE)]
    assert {(name, len(words.split(",")) if words else 0)
            for name, words in written} == code_functions()
    kemi = re.findall(r'KEMI_NAME, str_init\("(\w+)"\)',
                      source("mc_iwf/mc_iwf_mod.c"))
    said = re.findall(r"KSR\.mc_iwf\.(\w+)\(",
                      documents.section("### KEMI", REFERENCE))
    assert sorted(said) == sorted(kemi) == sorted(
        {name for name, _ in code_functions()})


def test_routes_of_functions():
    """The routes in which a function may be called."""
    text = table_of("mc_iwf/mc_iwf_mod.c", "commands")
    for row in documents.rows("## Functions", "Function", REFERENCE):
        name = documents.names(row[0])[0].partition("(")[0]
        flags = re.search(rf'\{{"{name}",[^}}]*', text).group()
        assert ("failure" in row[1]) == ("FAILURE_ROUTE" in flags), name


@pytest.mark.parametrize("variable, folder",
                         [("iwf", "message"), ("lmr", "call")])
def test_keys(variable, folder):
    """Each key of $iwf() and $lmr()."""
    keys = re.findall(r'\] = "(\w+)"',
                      table_of(f"mc_iwf/{folder}/pv.c", "keys"))
    said = documents.first_names(f"## Pseudo-variable ${variable}(key)", "Key",
                                 REFERENCE)
    assert sorted(said) == sorted(keys)


def test_verdicts():
    """Each verdict with the reply it has by default, in the same order."""
    said = {documents.names(row[0])[0]: row[1:5]
            for row in documents.rows("## Refusals", "Verdict", REFERENCE)}
    assert said == code_verdicts()
    assert list(said) == list(code_verdicts())


def test_verdicts_of_the_functions():
    """Every verdict is one that some function or the script gives."""
    text = "".join(documents.section(f"### {heading}", REFERENCE)
                   for heading in (
        "iwf_check()", "iwf_authorize()", "iwf_check_in_dialog(mc_id)",
        "iwf_targets()", "iwf_reply() and iwf_refuse(verdict)",
        "iwf_register()", "iwf_publish()",
        "Verdicts of the lmr_ functions"))
    assert code_verdicts().keys() - {"ok"} <= set(documents.names(text))


def test_events():
    """Each event."""
    events = re.findall(r'str_init\("(mc_iwf:\w+)"\)',
                        source("mc_iwf/message/event.c"))
    assert sorted(documents.first_names(
        "## Event routes", "Event", REFERENCE)) == \
        sorted(events)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.parent.name)
def test_tables(path):
    """Each table and column, in every schema."""
    text = documents.section("## Tables", DATABASE)
    said = {name: documents.first_names(f"### {name}", "Column", DATABASE)
            for name in re.findall(r"^### (\w+)$", text, re.M)}
    assert said == code_tables(path)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.parent.name)
def test_version_rows(path):
    """Each table of ours has a version row with 1."""
    rows = re.findall(r"VALUES \('(\w+)', (\d+)\)", path.read_text())
    assert dict(rows) == {
        name: "1" for name in code_tables(path) if name != "version"}


def test_rpc(site):
    """Each command that a running node knows."""
    known = re.findall(r"^(mc_iwf\.\w+)",
                       site.node.kamcmd("system.listMethods"), re.M)
    said = documents.first_names("## RPC", "Command", REFERENCE)
    assert sorted(said) == sorted(known)


def test_rpc_stats(site):
    """Each field of mc_iwf.stats."""
    fields = documents.first_names("## RPC", "Field of `mc_iwf.stats`",
                                   REFERENCE)
    assert sorted(fields) == sorted(site.node.rpc("mc_iwf.stats"))


def test_counters(site):
    """Each counter that a running node has."""
    said = set(documents.first_names("## Counters", "Counter", REFERENCE))
    assert "refused_VERDICT" in said
    said.remove("refused_VERDICT")
    said |= {f"refused_{word}" for word, row in code_verdicts().items()
             if row[0]}
    said.remove("token_REASON")
    said |= {f"token_{word}" for word in documents.first_names(
        "## Reasons", "Reason", TOKENS)}
    assert said == site.node.counters().keys()


LIMITS = [
    ("mclmr/sip/multipart.h", "MCLMR_MAX_PARTS", "body parts"),
    ("mclmr/sip/multipart.h", "MCLMR_MAX_BOUNDARY", "boundary"),
    ("mclmr/sip/multipart.h", "MCLMR_MAX_PART_HEADERS", "header of one part"),
    ("mclmr/sip/multipart.h", "MCLMR_MAX_MESSAGE_HEADERS",
     "header of a message in a part"),
    ("mclmr/sip/xml.h", "MCLMR_XML_MAX_SIZE", "XML document"),
    ("mclmr/sip/xml.h", "MCLMR_XML_MAX_DEPTH", "XML document"),
    ("mclmr/sip/xml.h", "MCLMR_XML_MAX_ATTRIBUTES", "XML document"),
    ("mclmr/sip/mc_info.h", "MCLMR_INFO_VALUE_MAX", "value in the info part"),
    ("mclmr/sip/resource_lists.h", "MCLMR_MAX_ENTRIES",
     "entries of the resource list"),
    ("mclmr/sip/uri.h", "MCLMR_URI_MAX", "URI"),
    ("mclmr/decide/sender.h", "MCLMR_MAX_IDENTITIES",
     "identities in P-Asserted-Identity"),
    ("mclmr/directory/directory.h", "MCLMR_MAX_LMR_ENTRIES",
     "LMR entries of a person"),
    ("mclmr/directory/network.h", "MCLMR_MAX_KMF_PSIS",
     "PSIs, aliases of a KMF"),
    ("mclmr/directory/network.h", "MCLMR_MAX_ALIASES",
     "PSIs, aliases of a KMF"),
    ("mclmr/directory/network.h", "MCLMR_MAX_NETWORK_ROWS",
     "rows of each small table"),
    ("mclmr/directory/network.c", "NAME_MAX_OCTETS",
     "TLS identity, partner domain"),
    ("mclmr/directory/party.h", "MCLMR_PARTY_WORD",
     "media profile, codec of an LMR user or group"),
    ("mc_iwf/message/header.h", "IWF_MAX_HEADERS", "header fields that matter "
     "(identities, services, credentials, Route, private ones)"),
    ("mc_iwf/message/rewrite.c", "FIELDS_SIZE", "header fields added"),
    ("mc_iwf/api.h", "MC_IWF_MAX_TARGETS", "contacts of a user"),
    ("mc_iwf/message/message.h", "IWF_ARENA_SIZE", "memory for one message"),
    ("mclmr/sdp/sdp.h", "MCLMR_SDP_MAX_SIZE", "description"),
    ("mclmr/sdp/sdp.h", "MCLMR_SDP_MAX_LINES", "description"),
    ("mclmr/sdp/sdp.h", "MCLMR_SDP_MAX_SECTIONS", "description"),
    ("mclmr/sdp/sdp.h", "MCLMR_SDP_MAX_FORMATS", "description"),
    ("mclmr/sdp/profile.h", "MCLMR_MAX_PROFILES", "file of profiles"),
    ("mclmr/sdp/negotiation.h", "MCLMR_NEGOTIATION_MAX",
     "what one side said in a leg"),
    ("mc_iwf/call/leg.h", "LMR_LEG_MAX_LEGS", "legs of a call"),
    ("mc_iwf/call/sdp.h", "LMR_SDP_ARENA", "memory for one description"),
    ("mc_iwf/call/pv.c", "REASONS_MAX", "`$lmr(reason)`"),
]


@pytest.mark.parametrize("path, name, what", LIMITS)
def test_limits(path, name, what):
    """The numbers of the limits."""
    value = re.search(rf"#define {name}\s+(?:\(\(size_t\))?(\d+)",
                      source(path))
    said = {row[0]: row[1] for row in documents.rows(
        "## Sizes and limits", "What", REFERENCE)}[what]
    assert int(value.group(1)) in [
        int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", said)]


# Texts that run

class Bare(node.Kamailio):
    """A Kamailio with the module, the sample's rows and some lines."""

    def __init__(self, lines):
        super().__init__(None)
        self.config = self.path("bare.cfg")
        modules = [f'loadmodule "{name}.so"' for name in EVERY_MODULE]
        self.config.write_text("\n".join([
            "debug=2", "log_stderror=yes", "disable_tcp=yes",
            "listen=udp:127.0.0.1:SIP_PORT", *modules, *lines,
            'modparam("usrloc", "xavp_contact", "ulattrs")',
            'request_route { sl_send_reply("200", "OK"); }', ""]))
        shutil.copy(RECIPES / "coding.txt", self.folder)

    def create_tables(self):
        """Makes the SQLite tables by the command of the page."""
        command = next(row[1] for row in documents.rows("## Servers", "Server",
                                                   DATABASE)
                       if row[0] == "SQLite")
        line = documents.names(command)[0].replace(
            "mc_iwf.db", str(self.path("mc_iwf.db")))
        subprocess.run(line, shell=True, cwd=node.TOP, check=True,
                       stdout=subprocess.DEVNULL)


@pytest.fixture
def starts(monkeypatch):
    """Starts the module with some lines; fails if it does not start."""
    def start(lines):
        server = Bare(lines)
        server.create_tables()
        monkeypatch.chdir(server.folder)
        with server:
            pass
    return start


def test_every_parameter_is_set_once():
    """The example names each of them."""
    said = re.findall(r'modparam\("mc_iwf", "(\w+)"',
                      (RECIPES / "parameters.cfg").read_text())
    assert set(said) == code_parameters().keys()


def test_parameters_start(starts):
    """The example is accepted, and so are the tables of the set-up."""
    starts((RECIPES / "parameters.cfg").read_text().splitlines())


def test_coding_is_the_default():
    """The printed coding table changes nothing."""
    command = [node.TOP / "build" / "test" / "mclmr", "message", "encode",
               "--type", "request", "--lmr", "tetra", "--id", "sip:a@b",
               "--kmf", "sip:k@b", "--payload", "/dev/null"]
    plain, tabled = (
        subprocess.run([*command, *more], capture_output=True, check=True)
        .stdout for more in ([], ["--table", RECIPES / "coding.txt"]))
    assert plain == tabled != b""


@pytest.mark.parametrize("make", [small_server.native, small_server.kemi])
def test_silent_receiver(make):
    """The small configurations: 504 when the time is over, never 408."""
    realm = 'modparam("mc_iwf", "realm", DOMAIN)\n'
    total = realm + 'modparam("mc_iwf", "total_timeout", 2)\n'
    with sample.running(
            lambda peers: make(peers, changes=[(realm, total)])) as site:
        site.client("alice")
        site.iwf1.script = sip.silent
        reply = site.from_core(mc.core_message("alice", b"x"))
    assert reply.code == 504


def test_rpc_examples(site):
    """The printed answers are those of the sample."""
    text = REFERENCE.read_text()
    for words in (["users", "sip:dave.data@mc.example.org"], ["kmfs"],
                  ["lmr_users", "sip:unit1@iwf.example.org"],
                  ["groups", "sip:grp-tetra@mc.example.org"],
                  ["stats"]):
        said = re.search(rf"^\$ kamcmd \S+ \S+ mc_iwf\.{' '.join(words)}\n"
                         r"(.*?)^(?:\$|\.\.\.)", text, re.M | re.S).group(1)
        method, *arguments = words
        given = site.node.kamcmd(f"mc_iwf.{method}", *arguments)
        if method == "stats":
            said, given = (re.sub(r": .*", "", t) for t in (said, given))
        assert given.startswith(said)
    site.client("alice")
    said = re.search(r"^\$ kamcmd \S+ \S+ mc_iwf\.explain (.*)\n(\{.*?^\}\n)",
                     text, re.M | re.S)
    given = site.node.kamcmd("mc_iwf.explain", *said.group(1).split())
    assert given.strip() == said.group(2).strip()


@pytest.mark.parametrize("path", documents.DOCUMENTS, ids=lambda p: p.name)
def test_links(path):
    """Each link leads to a file, and to one heading of it."""
    for name, anchor in documents.links(path.read_text()):
        target = path.parent / name if name else path
        assert target.exists(), name
        if anchor:
            assert documents.anchors(target).count(anchor) == 1, \
                f"{name}#{anchor}"


@pytest.mark.parametrize("path", documents.DOCUMENTS, ids=lambda p: p.name)
def test_headings_differ(path):
    """No two headings of a page have the same anchor."""
    anchors = documents.anchors(path)
    assert len(anchors) == len(set(anchors))


def test_every_page_is_reached():
    """The README's list has each page, and no other."""
    listed = documents.section("## Documents", documents.README)
    pages = {f"docs/{path.name}" for path in documents.PAGES}
    assert pages | {path.name for path in documents.BESIDE} == {
        name for name, anchor in documents.links(listed) if not anchor}


@pytest.mark.parametrize("path", documents.PAGES, ids=lambda p: p.name)
def test_every_page_begins_with_its_contents(path):
    """Each section is linked before the first one begins."""
    sections = [anchor for anchor, (level, _) in zip(
        documents.anchors(path), documents.headings(path)) if level == 2]
    begin = documents.prose(path).partition("\n## ")[0]
    linked = [anchor for name, anchor in documents.links(begin) if not name]
    assert [anchor for anchor in linked if anchor in sections] == sections


def test_rules_of_a_body():
    """Each rule that a reason can name, with its words in the code."""
    code = re.findall(r'\{\s*"(\w+)",\s*"([^"]*)"\s*\}',
                      source("mclmr/sip/mime_rule.c"))
    code = [pair for pair in code if pair[0] != "limit"]
    assert len(code) > 10
    rows = documents.rows("### Rules of a body", "`$iwf(rule)`", REFERENCE)
    assert [(documents.names(row[0])[0], row[1]) for row in rows] == code


def test_headings_of_the_reference():
    """What the reference names in headings its contents list names, too."""
    begin = documents.prose(REFERENCE).partition("\n## ")[0]
    linked = {anchor for name, anchor in documents.links(begin) if not name}
    assert set(documents.anchors(REFERENCE)[1:]) == linked
    for first in ("Parameter", "Verdict", "Command"):
        rows = documents.all_rows(first, REFERENCE)
        names = {documents.names(row[0])[0] for row in rows}
        assert len(names) > 10
        assert names <= set(documents.names(begin))


def code_variables():
    """Variables of the environment that the sample node takes, and their
    defaults as the code has them; those of Kamailio's place are left out."""
    script = "".join((node.TOP / "tools" / name).read_text()
                     for name in ("node.sh", "processes.sh"))
    config = "".join(path.read_text() for path in
                     (node.TOP / "cfg").glob("mc-*.cfg"))
    log = (node.TOP / "tools" / "bounded_log.py").read_text()
    found = dict(re.findall(r"^([A-Z_]+)=\$\{\1:-(?:\$top/)?(.*)\}$",
                           script, re.M))
    found |= dict(re.findall(r'setting\(\s*"(\w+)", (\d+)\)', log))
    passed_on = " ".join(re.findall(r"for name in ([A-Z_\s\\]+);", script))
    defined = dict(re.findall(r'^#!trydef (\w+) "?([^"\n]*)"?$', config, re.M))
    found |= {name: defined[name]
              for name in re.findall(r"\w+", passed_on)}
    found |= {"POLICIES": "cfg/policies.ini", "HELPER_PORTS": ""}
    return {name: value for name, value in found.items()
            if not name.startswith("KAMAILIO_")}


def test_variables_of_the_node():
    """Each variable of the environment has a row, with its default."""
    said = {}
    for row in documents.rows("### As a service", "Variable",
                              documents.page("operations")):
        names = documents.names(row[0])
        said |= dict(zip(names, row[1].replace("`", "").split(", ")
                         if len(names) > 1 else [row[1].strip("`")]))
    assert said == code_variables()


def test_files_that_are_named():
    """Each file of the repository that a document names is there."""
    roots = "cfg|modules|tests|tools|sipp-scenarios|docs"
    for path in documents.DOCUMENTS:
        for name in re.findall(rf"`((?:{roots})/[\w./-]+)`",
                               path.read_text()):
            assert (node.TOP / name).exists() or name in BUILT, \
                f"{path.name}: {name}"


def folders():
    """The folders of the modules that have C files of their own, but for
    those of mc_iwf, whose table is one."""
    found = {str(path.parent.relative_to(MODULES))
             for path in MODULES.rglob("*.[ch]")}
    return sorted(f for f in found if not f.startswith("mc_iwf/"))


@pytest.mark.parametrize("folder", folders())
def test_files_of_the_architecture(folder):
    """Each file of the modules has its row, and each row its file."""
    text = (node.TOP / "docs" / "architecture.md").read_text()
    table = re.search(
        rf"^`{folder}`.*\n\n\| File \|.*\n.*\n((?:\|.*\n)+)", text, re.M)
    assert table, "no table"
    said = [name for line in table.group(1).splitlines()
            for name in documents.names(line.split("|")[1])]
    top = MODULES / folder
    paths = top.rglob("*.[ch]") if folder == "mc_iwf" else top.glob("*.[ch]")
    files = {str(path.relative_to(top).with_suffix("")) for path in paths}
    assert sorted(said) == sorted(files)


def test_interface_for_modules():
    """The page for authors of modules has each function of the interface, and
    no verdict that is none."""
    page = (node.TOP / "docs" / "modules.md").read_text()
    table = re.search(r"^\| Function \|.*\n.*\n((?:\|.*\n)+)", page, re.M)
    named = re.findall(r"^\| `(\w+)`", table.group(1), re.M)
    assert named == re.findall(r"\(\*(\w+)\)\(", re.search(
        r"typedef struct mc_iwf_api\n(.*?)\} mc_iwf_api_t;",
        source("mc_iwf/api.h"), re.S).group(1))
    table = re.search(r"^\| Verdict \|.*\n.*\n((?:\|.*\n)+)", page, re.M)
    verdicts = re.findall(r"^\| `(\w+)`", table.group(1), re.M)
    assert verdicts and set(verdicts) <= set(code_verdicts())
    # A header is named with its folder's, by the row that is for it.
    for name in re.findall(r"`(\w+\.h)`", page):
        assert list(MODULES.glob(f"mc_*/{name}")), name


def test_targets_that_are_named():
    """Each `make` target of the documents is one that `make help` tells."""
    helped = subprocess.run(["make", "-s", "help"], cwd=node.TOP, text=True,
                            capture_output=True, check=True).stdout
    targets = re.findall(r"^(\w+)", helped, re.M) + ["help"]
    for path in documents.DOCUMENTS:
        for target in re.findall(r"`make (\w+)", path.read_text()):
            assert target in targets, f"{path.name}: make {target}"


def test_promises_have_tests():
    """Each promise of the security page names a test, each name is one."""
    rows = documents.rows("## Promises and their tests", "Promise",
                          documents.SECURITY)
    assert rows
    for promise, tests in rows:
        named = re.findall(r"`(\w+\.py)::(\w+)`", tests)
        assert named, promise
        for file, test in named:
            text = (node.TOP / "tests/module" / file).read_text()
            assert f"\ndef {test}(" in text, f"{file}::{test}"
