#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the completion of mclmr for bash from its --help.

usage: completion.py TOOL FILE"""
import pathlib
import sys

import help as help_text

HEAD = """\
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of mclmr for bash, made from its --help.

# What may stand after the words of the line: in $words what is listed, in
# $files what names files (-f) or folders (-d).
_mclmr_choices()
{
	local before=$3
	words= files=
	case "$1 $2" in
"""
TAIL = """\
	esac
}

_mclmr()
{
	local word=${COMP_WORDS[COMP_CWORD]} words files found=()
	local command=("${COMP_WORDS[@]:1:2}")
	[ "$COMP_CWORD" -gt 2 ] || command=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
	_mclmr_choices "${command[0]}" "${command[1]}" \\
		"${COMP_WORDS[COMP_CWORD-1]}"
	[ -z "$files" ] || compopt -o filenames 2>/dev/null
	[ -z "$files" ] || mapfile -t found < <(compgen "$files" -- "$word")
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	COMPREPLY+=("${found[@]}")
}
complete -F _mclmr mclmr
"""
CASE = '\t"{}") words="{}" ;;\n'


def value_case(option):
    """What may stand after an option with a value."""
    files = "-f" if option.value in help_text.FILES else \
        "-d" if option.value in help_text.FOLDERS else ""
    body = f'words="{" ".join(option.words)}"' if option.words else \
        f"files={files}" if files else ":"
    return f"\t\t{option.name}) {body} ;;\n"


def command_case(command):
    """What may stand after a command: options, and the file it reads."""
    options = command.options()
    takes_file = command.usage[-1].endswith(" FILE")
    text = f'\t"{" ".join(command.path[1:])}")\n\t\tcase "$before" in\n'
    text += "".join(value_case(option) for option in options if option.value)
    names = " ".join([*(option.name for option in options), "--help"])
    text += f'\t\t*) words="{names}"' + \
        (" files=-f" if takes_file else "") + " ;;\n\t\tesac ;;\n"
    return text


def case_of(command):
    """What may stand after a group of commands, or after a command."""
    if not command.commands:
        return command_case(command)
    words = " ".join([*command.commands, "--help", "--version"])
    return CASE.format(" ".join([*command.path[1:], "", ""][:2]), words)


def main(tool, path):
    """Writes the completion."""
    text = "".join(map(case_of, help_text.read(tool)))
    pathlib.Path(path).write_text(HEAD + text + TAIL, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
