# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/mc_iwf.md is true: its texts run, its names are those of the code.

Both ways: what the code has stands in the guide, and what the guide names is
in the code. The small configurations of the guide are what the fixtures
native_site and kemi run: see small.py.
"""
import re
import subprocess

import pytest

import conftest
import guide
import mc
import node
import sip
import small

MODULES = node.TOP / "modules"
EVERY_MODULE = ["tm", "sl", "pv", "db_sqlite", "usrloc", "tls", "mc_iwf"]
SCHEMAS = sorted((node.TOP / "cfg").glob("db_*/mc_iwf-create.sql"))
BUILT = ["modules/mclmr/mclmr", "modules/mclmr/libmclmr.a",
         "modules/mc_common/libmc_common.a",
         "modules/mc_iwf/mc_iwf.so"]
DOCUMENTS = guide.DOCUMENTS


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
    """A parameter's default as the guide writes it; None where unset."""
    text = source("mc_iwf/mc_iwf_mod.c")
    word = re.search(rf'\{{str_init\("(\w+)"\), "{name}"', text)
    field = re.search(
        rf'\.{name} = (?:str_init\()?("[^"]*"|[^\s,)]+)', text)
    macro = field and re.search(rf'^#define {field.group(1)} (".*")$',
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
    rows = {guide.names(row[0])[0]: row
            for row in guide.rows("## Parameters", "Parameter")}
    assert rows.keys() == code_parameters().keys()
    for name, kind in code_parameters().items():
        _, written_type, default, allowed, _ = rows[name]
        assert (written_type == "int") == (kind == "PARAM_INT"), name
        assert guide.names(allowed) == code_words(name) or \
            not code_words(name), name
        if code_default(name) and name != "private_headers":
            assert default.strip("`") == code_default(name), name


def test_private_headers():
    """The fields that leave only towards trusted hops."""
    text = re.search(r"\.private_headers = str_init\((.*?)\),\n",
                     source("mc_iwf/mc_iwf_mod.c"), re.S).group(1)
    fields = "".join(re.findall(r'"([^"]*)"', text)).split(",")
    said = re.search(r"^Default of `private_headers`:(.*?)\.\n",
                     guide.section("## Parameters"), re.M | re.S).group(1)
    assert guide.names(said) == fields


def test_functions():
    """Each function has a row and a KEMI name."""
    written = [re.fullmatch(r"(\w+)\((.*)\)", text).groups()
               for text in guide.first_names("## Functions", "Function")]
    assert {(name, len(words.split(",")) if words else 0)
            for name, words in written} == code_functions()
    kemi = re.findall(r'KEMI_NAME, str_init\("(\w+)"\)',
                      source("mc_iwf/mc_iwf_mod.c"))
    said = re.findall(r"KSR\.mc_iwf\.(\w+)\(", guide.section("### KEMI"))
    assert sorted(said) == sorted(kemi) == sorted(
        {name for name, _ in code_functions()})


def test_routes_of_functions():
    """The routes in which a function may be called."""
    text = table_of("mc_iwf/mc_iwf_mod.c", "commands")
    for row in guide.rows("## Functions", "Function"):
        name = guide.names(row[0])[0].partition("(")[0]
        flags = re.search(rf'\{{"{name}",[^}}]*', text).group()
        assert ("failure" in row[1]) == ("FAILURE_ROUTE" in flags), name


@pytest.mark.parametrize("variable, folder",
                         [("iwf", "message"), ("lmr", "call")])
def test_keys(variable, folder):
    """Each key of $iwf() and $lmr()."""
    keys = re.findall(r'\] = "(\w+)"',
                      table_of(f"mc_iwf/{folder}/pv.c", "keys"))
    said = guide.first_names(f"## Pseudo-variable ${variable}(key)", "Key")
    assert sorted(said) == sorted(keys)


def test_verdicts():
    """Each verdict with the reply it has by default, in the same order."""
    said = {guide.names(row[0])[0]: row[1:5]
            for row in guide.rows("## Verdicts", "Verdict")}
    assert said == code_verdicts()
    assert list(said) == list(code_verdicts())


def test_verdicts_of_the_functions():
    """Every verdict is one that some function or the script gives."""
    text = guide.section("### iwf_check()")
    text += guide.section("### iwf_authorize()")
    text += guide.section("### iwf_check_in_dialog(mc_id)")
    text += guide.section("### iwf_targets()")
    text += guide.section("### iwf_reply() and iwf_refuse(verdict)")
    text += guide.section("### lmr_sdp_offer(profile), "
                          "lmr_sdp_answer(profile), lmr_sdp_close(), "
                          "lmr_sdp_commit()")
    assert code_verdicts().keys() - {"ok"} <= set(guide.names(text))


def test_events():
    """Each event."""
    events = re.findall(r'str_init\("(mc_iwf:\w+)"\)',
                        source("mc_iwf/message/event.c"))
    assert sorted(guide.first_names("## Event routes", "Event")) == \
        sorted(events)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda p: p.parent.name)
def test_tables(path):
    """Each table and column, in every schema."""
    text = guide.section("## Database")
    said = {name: guide.first_names(f"### {name}", "Column")
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
    assert sorted(guide.first_names("## RPC", "Command")) == sorted(known)


def test_rpc_stats(site):
    """Each field of mc_iwf.stats."""
    fields = guide.first_names("## RPC", "Field of `mc_iwf.stats`")
    assert sorted(fields) == sorted(site.node.rpc("mc_iwf.stats"))


def test_counters(site):
    """Each counter that a running node has."""
    said = set(guide.first_names("## Counters", "Counter"))
    assert "refused_VERDICT" in said
    said.remove("refused_VERDICT")
    said |= {f"refused_{word}" for word, row in code_verdicts().items()
             if row[0]}
    assert said == site.node.counters().keys()


LIMITS = [
    ("mclmr/sip/multipart.h", "MCLMR_MAX_PARTS", "body parts"),
    ("mclmr/sip/multipart.h", "MCLMR_MAX_BOUNDARY", "boundary"),
    ("mclmr/sip/multipart.h", "MCLMR_MAX_PART_HEADERS", "header of one part"),
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
    ("mc_iwf/message/usrloc.c", "MAX_CONTACTS", "contacts of a user"),
    ("mc_iwf/message/message.h", "IWF_ARENA_SIZE", "memory for one message"),
]


@pytest.mark.parametrize("path, name, what", LIMITS)
def test_limits(path, name, what):
    """The numbers of the limits."""
    value = re.search(rf"#define {name}\s+(?:\(\(size_t\))?(\d+)",
                      source(path))
    said = {row[0]: row[1] for row in guide.rows(
        "## Sizes and limits", "What")}[what]
    assert int(value.group(1)) in [
        int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", said)]


def test_tool_options():
    """The options of each command are those that its help tells."""
    tool = node.TOP / "build" / "test" / "mclmr"
    for command, options in guide.rows("## Coding table", "Command"):
        words = guide.names(command)[0].split()[1:3]
        shown = subprocess.run([tool, *words, "--help"], text=True,
                               capture_output=True, check=True).stdout
        said = re.findall(r"--\w+", options)
        assert sorted(said) == sorted(set(re.findall(
            r"^  (--\w+)", shown, re.M))), words


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
        guide.write_blocks(self.folder, "coding.txt")

    def create_tables(self):
        """Makes the SQLite tables by the command of the guide."""
        command = next(row[1] for row in guide.rows("## Database", "Server")
                       if row[0] == "SQLite")
        line = guide.names(command)[0].replace(
            "mc_iwf.db", str(self.path("mc_iwf.db")))
        subprocess.run(line, shell=True, cwd=node.TOP, check=True,
                       stdout=subprocess.DEVNULL)


@pytest.fixture
def starts(monkeypatch):
    """Starts the module with some lines; fails where it does not start."""
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
                      guide.block("parameters.cfg"))
    assert set(said) == code_parameters().keys()


def test_parameters_start(starts):
    """The example is accepted, and so are the tables of the set-up."""
    starts(guide.block("parameters.cfg").splitlines())


def test_coding_is_the_default(tmp_path):
    """The coding table of the guide changes nothing."""
    guide.write_blocks(tmp_path, "coding.txt")
    command = [node.TOP / "build" / "test" / "mclmr", "message", "encode",
               "--type", "request", "--lmr", "tetra", "--id", "sip:a@b",
               "--kmf", "sip:k@b", "--payload", "/dev/null"]
    plain, tabled = (
        subprocess.run([*command, *more], capture_output=True, check=True)
        .stdout for more in ([], ["--table", tmp_path / "coding.txt"]))
    assert plain == tabled != b""


@pytest.mark.parametrize("make", [small.native, small.kemi])
def test_silent_receiver(make):
    """The small configurations: 504 when the time is over, never 408."""
    realm = 'modparam("mc_iwf", "realm", DOMAIN)\n'
    total = realm + 'modparam("mc_iwf", "total_timeout", 2)\n'
    with conftest.running(
            lambda peers: make(peers, changes=[(realm, total)])) as site:
        site.client("alice")
        site.iwf1.script = sip.silent
        reply = site.from_core(mc.core_message("alice", b"x"))
    assert reply.code == 504


def test_rpc_examples(site):
    """The answers of the guide are those of the sample."""
    text = guide.PATH.read_text()
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


def anchor_of(heading):
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_links():
    """Each link of every document leads somewhere."""
    for path in DOCUMENTS:
        text = path.read_text()
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            name, _, anchor = link.partition("#")
            if "://" in link:
                continue
            target = path.parent / name if name else path
            assert target.exists(), f"{path.name}: {link}"
            if anchor:
                heads = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
                assert anchor in [anchor_of(head) for head in heads], link


def test_files_that_are_named():
    """Each file of the repository that a document names is there."""
    roots = "cfg|modules|tests|tools|sipp-scenarios|docs"
    for path in DOCUMENTS:
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
            for name in guide.names(line.split("|")[1])]
    top = MODULES / folder
    paths = top.rglob("*.[ch]") if folder == "mc_iwf" else top.glob("*.[ch]")
    files = {str(path.relative_to(top).with_suffix("")) for path in paths}
    assert sorted(said) == sorted(files)


def test_targets_that_are_named():
    """Each `make` target of the documents is one that `make help` tells."""
    helped = subprocess.run(["make", "-s", "help"], cwd=node.TOP, text=True,
                            capture_output=True, check=True).stdout
    targets = re.findall(r"^(\w+)", helped, re.M) + ["help"]
    for path in DOCUMENTS:
        for target in re.findall(r"`make (\w+)", path.read_text()):
            assert target in targets, f"{path.name}: make {target}"
