# SPDX-License-Identifier: GPL-2.0-or-later
"""The words that may not come back: tools/words.py sees them."""
import subprocess
import sys

import pytest

import node

WORDS = node.TOP / "tools/words.py"
C_FILE = "modules/mclmr/sdp/new.c"


def checked(folder):
    """What words.py says of a tree, and its exit code."""
    done = subprocess.run([sys.executable, WORDS, folder], text=True,
                          capture_output=True, check=False)
    return done.stdout, done.returncode


def checked_file(tmp_path, name, text):
    """The same of a tree of one file."""
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    return checked(tmp_path)


def test_the_tree_keeps_its_words():
    """No file that is looked at says what it may not."""
    assert checked(node.TOP) == ("", 0)


BAD = [
    (C_FILE, "/* NULL where it is none. */", 1, "null where", "if"),
    (C_FILE, "\n/* False, and nothing noted,\n * where the arena is full. */",
     2, "where the arena", "if"),
    (C_FILE, "/* Kept where a profile has it. */", 1, "where a profile has",
     "if"),
    (C_FILE, "/* The octets behind the head. */", 1, "behind", "after, or of"),
    (C_FILE, "int i; /* nobody looks */", 1, "nobody",
     "what it is: no peer, another user, the caller"),
    (C_FILE, "// TODO: later", 1, "todo:", "an issue of the project"),
    (C_FILE, 'LM_ERR("octets behind"\n" the end\\n");', 1, "behind",
     "after, or of"),
    ("tests/module/test_x.py", '"""Nobody looks."""', 1, "nobody",
     "what it is: no peer, another user, the caller"),
    ("tests/mutate/x.txt", "also: octets behind the body", 1, "behind",
     "after, or of"),
    ("docs/style.md", "# Style\n\nGood: what\nstands\nbehind it.\n", 3,
     "behind", "after, or of"),
]


@pytest.mark.parametrize("name,text,line,word,instead", BAD)
def test_a_word_that_came_back(tmp_path, name, text, line, word, instead):
    """It is seen, with its place and what to write instead."""
    out, code = checked_file(tmp_path, name, text + "\n")
    assert (code, out) == (1, f'{name}:{line}: "{word}": write {instead}\n')


@pytest.mark.parametrize("text", [
    "/* Where the body begins; it knows where to send it. */",
    "/* Users behind an IWF; sip:nobody@example.org is unknown. */",
    'static const char *uri = "sip:nobody@example.org"; int nobody;',
    "/* \"nobody\" is a name; UPDATE x SET y = 0 WHERE z. */",
])
def test_what_may_stand(tmp_path, text):
    """Places are where, LMR users are behind an IWF, data are data."""
    assert checked_file(tmp_path, C_FILE, text + "\n") == ("", 0)


@pytest.mark.parametrize("text,found", [
    ("static void note(int i)\n{\n}\n", "1: note()"),
    ("/* Why. */\nbool give(\n\t\tint i)\n{\n}\n", "2: give()"),
    ("int lmr_give_text(int i)\n{\n}\n", "1: lmr_give_text()"),
    ("int iwf_note(int i)\n{\n}\n", "1: iwf_note()"),
    ("int give_up(void)\n{\n}\nint note_row(void)\n{\n}\n", None),
    ("static void f(void)\n{\n\tnote(1);\n\ti = in(2);\n}\n", None),
    ("void iwf_note(int i);\n", None),
])
def test_a_name_that_says_nothing(tmp_path, text, found):
    """Seen where the function stands, not where it is called."""
    out, code = checked_file(tmp_path, C_FILE, text)
    assert code == (1 if found else 0)
    assert out == (f"{C_FILE}:{found}: say what it does\n" if found else "")
